/** Progress as lines on standard error that begin with the seconds since a moment (performance.now()). */
export function tellSince(startedMs: number): (what: string) => void {
  return (what) => {
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0).padStart(4);
    process.stderr.write(`${seconds} s  ${what}\n`);
  };
}
