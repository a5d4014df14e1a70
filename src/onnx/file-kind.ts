/** Tells what a file is that is no ONNX model, so that the error can name it and the way to a model. */

export interface FileKind {
  /** With its article. */
  readonly name: string;
  readonly wayOut: string;
}

const exportTorch = 'Export the model with torch.onnx.export.';
const exportTensorflow = 'Convert the model with tf2onnx.';
const givePath = 'Give the path of the .onnx file.';

/** By the bytes at an offset: signatures as their formats publish them. */
const signatures: readonly (readonly [offset: number, bytes: string, kind: FileKind])[] = [
  [0, '\x89PNG', { name: 'a PNG file', wayOut: givePath }],
  [0, '\xff\xd8\xff', { name: 'a JPEG file', wayOut: givePath }],
  [0, 'GIF8', { name: 'a GIF file', wayOut: givePath }],
  [0, '%PDF', { name: 'a PDF file', wayOut: givePath }],
  [0, '\x89HDF\r\n', { name: 'an HDF5 (Keras) file', wayOut: exportTensorflow }],
  [4, 'TFL3', { name: 'a TFLite file', wayOut: 'Convert the float model it came from with tf2onnx.' }],
  [4, 'ORTM', { name: "a model in onnxruntime's own format (.ort)", wayOut: 'Give the .onnx file it was made from.' }],
  [0, 'PK\x03\x04', { name: 'a ZIP archive, as torch.save writes', wayOut: exportTorch }],
  [0, '\x1f\x8b', { name: 'a gzip file', wayOut: 'Unpack it first.' }],
  [0, '\x28\xb5\x2f\xfd', { name: 'a zstd file', wayOut: 'Unpack it first.' }],
  [0, '\x93NUMPY', { name: 'a NumPy array', wayOut: givePath }],
  [0, 'GGUF', { name: 'a GGUF file', wayOut: 'Export the original model to ONNX.' }],
  [0, '\x7fELF', { name: 'a program', wayOut: givePath }],
  [0, 'SQLite format 3', { name: 'an SQLite database', wayOut: givePath }],
  [8, '{"', { name: 'a safetensors file', wayOut: exportTorch }],
];

/** Null when the bytes say nothing. */
export function fileKind(bytes: Uint8Array): FileKind | null {
  const head = String.fromCharCode(...bytes.subarray(0, 512));
  for (const [offset, signature, kind] of signatures) if (head.startsWith(signature, offset)) return kind;
  if (isPickle(bytes)) return { name: 'a Python pickle, as torch.save wrote it', wayOut: exportTorch };
  return isText(bytes.subarray(0, 512)) ? textKind(head) : null;
}

/** The opcode PROTO and the number of the protocol. */
const isPickle = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x80 && bytes.length > 2 && bytes[1]! >= 2 && bytes[1]! <= 5;

/** Printable ASCII and bytes of UTF-8, with tabs and line ends. */
const isText = (bytes: Uint8Array): boolean =>
  bytes.every(byte => (byte >= 0x20 && byte !== 0x7f) || byte === 9 || byte === 10 || byte === 13) &&
  bytes.filter(byte => byte >= 0x80).length * 4 <= bytes.length;

function textKind(head: string): FileKind {
  if (head.startsWith('version https://git-lfs')) {
    return { name: 'a Git LFS pointer, not the file itself', wayOut: 'Fetch it with `git lfs pull`.' };
  }
  if (/^\s*<(!doctype html|html|head)/i.test(head)) {
    return { name: 'a web page', wayOut: 'Download the file itself; the server may have asked for a login.' };
  }
  return { name: 'a text file', wayOut: givePath };
}
