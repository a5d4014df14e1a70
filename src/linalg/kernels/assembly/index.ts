export { gemm, gemmScratchBytes, packPanels, tile } from './gemm';
export { exactSquares, secularRoot, secularVectors } from './secular';
export { fourRows, rowsDot, rowsSubtract, symmetricTimes } from './vectors';
