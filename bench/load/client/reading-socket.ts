import { Socket, type SocketConstructorOpts, type TcpNetConnectOpts } from 'node:net';

/** More than the server answers to a statement; what is longer comes in pieces. */
const bufferBytes = 16 * 1024;

/** A socket that reads into one buffer, again and again. */
export interface ReadingSocket {
  readonly socket: Socket;
  /** Gives whatever comes from now on to a reader, which must copy what it keeps; before, it is emitted as `data`. */
  readTo(reader: (bytes: Buffer) => void): void;
}

/** Makes one, not connected. Node's usual sockets allocate 64 kB for every read, however short the answer. */
export function newReadingSocket(): ReadingSocket {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let reader = (bytes: Buffer): void => {
    socket.emit('data', Buffer.from(bytes));
  };
  // the constructor takes what net.connect takes (manual of Node: "net.connect(options)", onread)
  const options: SocketConstructorOpts & Pick<TcpNetConnectOpts, 'onread'> = {
    onread: {
      buffer,
      callback: (length) => {
        reader(buffer.subarray(0, length));
        return true;
      },
    },
  };
  const socket = new Socket(options);
  return {
    socket,
    readTo: (taking) => {
      reader = taking;
    },
  };
}
