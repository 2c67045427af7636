import { Socket, type SocketConstructorOpts, type TcpNetConnectOpts } from 'node:net';

/** More than the server answers to a statement; what is longer comes in pieces. */
const bufferBytes = 16 * 1024;

/**
 * A socket, not connected, that reads into one buffer, again and again, and emits copies of what came:
 * Node's usual sockets allocate 64 kB for every read, however short the answer.
 */
export function newReadingSocket(): Socket {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  // the constructor takes what net.connect takes (manual of Node: "net.connect(options)", onread)
  const options: SocketConstructorOpts & Pick<TcpNetConnectOpts, 'onread'> = {
    onread: {
      buffer,
      callback: (length) => {
        socket.emit('data', Buffer.from(buffer.subarray(0, length)));
        return true;
      },
    },
  };
  const socket = new Socket(options);
  return socket;
}
