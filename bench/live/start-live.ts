import type { LiveKind } from './live-page.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';

/** What `--live [port]` asks for: any free port where it names none. */
export type LivePort = number | true | undefined;

/** The page that follows a command, its address told on standard error; none where none was asked for. */
export async function startLive(
  kind: LiveKind,
  title: string,
  port: LivePort,
): Promise<LiveServer | undefined> {
  if (port === undefined) return undefined;
  // not before it is needed: it brings the charts' page with it
  const { livePage } = await import('./live-page.ts');
  const live = await startLiveServer(livePage(kind, title), port === true ? 0 : port);
  process.stderr.write(`live: ${live.url}\n`);
  return live;
}
