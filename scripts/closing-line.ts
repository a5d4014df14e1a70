/** A vitest reporter whose last line is `N passed, N failed[, N skipped]`, for tools that read one line. */
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap(module => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter(test => test.result().state === state).length;
    // A file that could not be loaded has no tests to count: it is one failure.
    const broken = modules.filter(
      module => module.state() === 'failed' && [...module.children.allTests()].length === 0,
    );
    const failed = count('failed') + broken.length + errors.length;
    const skipped = count('skipped');
    // After the other reporters have written theirs.
    process.on('exit', () => {
      process.stdout.write(`${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
    });
  }
}
