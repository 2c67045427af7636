import type { Writable } from 'node:stream';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import type { CopySource } from '../encode/copy-source.ts';

/**
 * Sends a source's rows into `target`, a table as SQL, by binary COPY with FREEZE. The next chunk is
 * filled while the last is on its way, and waits until the socket has room for it: the server sets the
 * pace, and memory stays as it is.
 *
 * pg-copy-streams takes a chunk for sent as soon as the socket accepts more, while up to a high water
 * mark of bytes (16 kB in Node 20, 64 kB from 22 on) may still lie in the socket's buffer; so a chunk is
 * filled again only when chunks of at least as many bytes, besides the one on its way, have followed it.
 *
 * @throws what the server says of the rows, or the source's own error; or that the connection broke
 */
export async function sendRows(
  client: pg.Client,
  source: CopySource,
  target: string,
): Promise<void> {
  const { stream: socket } = client.connection;
  const bytesInBetween = (source.chunkCount - 2) * source.leastChunkBytes;
  if (bytesInBetween < socket.writableHighWaterMark) {
    throw new RangeError(
      `chunks of ${source.leastChunkBytes} bytes, in a socket that buffers ${socket.writableHighWaterMark}`,
    );
  }
  const columns = source.columns.join(', ');
  const stream = client.query(
    copyStreams.from(`copy ${target} (${columns}) from stdin (format binary, freeze)`),
  );
  let connectionEnded = (): void => {};
  const failure = new Promise<never>((_, reject) => {
    stream.once('error', (error) => {
      reject(error);
      // Or what still waits in the stream goes to the connection that it has let go of.
      stream.destroy();
    });
    // A connection that breaks says so to the client, not to the stream.
    connectionEnded = () => reject(new Error('the connection to the server broke during COPY'));
    client.once('end', connectionEnded);
  });
  failure.catch(() => {});
  const pumping = pump(source, stream, socket);
  // A source that fails: or the server would wait for the rest for ever.
  pumping.catch((error) => stream.destroy(error));
  try {
    await Promise.race([pumping, failure]);
  } finally {
    client.off('end', connectionEnded);
  }
}

async function pump(source: CopySource, stream: Writable, socket: Writable): Promise<void> {
  let onItsWay: Promise<void> = Promise.resolve();
  for (let chunk = 0; ; chunk = (chunk + 1) % source.chunkCount) {
    const bytes = source.fill(chunk);
    await onItsWay;
    if (bytes.length === 0) break;
    // The chunk goes with its five bytes of header, which alone would wake the server for nothing.
    socket.cork();
    onItsWay = new Promise<void>((resolve) => {
      stream.write(bytes, (error) => {
        if (!error) resolve();
      });
    });
    socket.uncork();
  }
  await new Promise<void>((resolve) => {
    stream.once('finish', resolve);
    stream.end();
  });
}
