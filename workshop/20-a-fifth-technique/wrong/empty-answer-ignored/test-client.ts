// How the suite talks to your server: as your page does, without a browser. Two such clients are there, eventStream and longPolling.
export { longPolling as wire } from "#e2e/fifth-wires.ts";
