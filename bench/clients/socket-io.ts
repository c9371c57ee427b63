// Socket.IO without its client (Engine.IO protocol 4, Socket.IO protocol 5): each packet is a text frame that begins with its type.
import { timing } from "../../shared-ui/timing.ts";
import { io } from "socket.io-client";
import type { Address, Crowd, Listener, Meter } from "./crowd.ts";
import { frame, openWebSocket, socketCrowd } from "./websocket.ts";

const [open, ping, message] = ["0", "2", "4"].map((type) => type.charCodeAt(0));
const [pong, hello] = [frame("3"), frame("40{}")];

/** How long the client of Socket.IO waits, with the options of socket-io/client.ts. */
function pause(failures: number): number {
  return Math.min(timing.retryMost, timing.retry * 2 ** (failures - 1)) * (0.5 + Math.random());
}

/** Each client has a WebSocket from the start, and the first ones post. */
export function crowd(address: Address): Crowd {
  return socketCrowd(pause, connect, (draft, number) => `42${number}["msg:post",${draft}]`);

  function connect(listener: Listener, meter: Meter, token?: string) {
    const receive = (packet: Buffer) => {
      if (packet[0] === message) return listener.update(packet);
      if (packet[0] === open) socket.write(hello);
      if (packet[0] === ping) socket.write(pong);
    };
    const socket = openWebSocket(address, meter, "/socket.io/?EIO=4&transport=websocket", receive, token);
    return socket;
  }
}

/** The real client with the default transports: a few polls, then a WebSocket. It shows what that start costs, and does not post. */
export function pollingFirst({ port }: Address): Crowd {
  const sockets: ReturnType<typeof io>[] = [];
  return {
    connect(listener: Listener) {
      const socket = io(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false });
      // The upgrade may come before the chat is connected, or after it.
      const upgraded = new Promise((resolve) => socket.io.engine.once("upgrade", resolve));
      const update = new Promise((resolve) => socket.once("msg:get", resolve));
      void Promise.all([update, upgraded]).then(([first]) => listener.update(Buffer.from(JSON.stringify(first))));
      sockets.push(socket);
    },
    post: () => {},
    bytes: () => 0,
    disconnect: () => sockets.forEach((socket) => socket.disconnect()),
  };
}
