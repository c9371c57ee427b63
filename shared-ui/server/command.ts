// What every command here needs that starts servers. Whatever is wrong is said in one sentence.

/** What a person asked for cannot be. The message is the sentence for them. */
export class Mistake extends Error {}

/** Ends the process with a sentence. */
export function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

/** The PORT of the environment, at most this one, or else the usual one. */
export function portOr(usual: number, most = 65_535): number {
  const { PORT = String(usual) } = process.env;
  if (/^\d+$/.test(PORT) && Number(PORT) <= most) return Number(PORT);
  return fail(`PORT must be a number from 0 to ${most}, and "${PORT}" is none.`);
}

/** Says why a server did not start. `port` is the one that was asked for, `usual` one that works. */
export function cannotStart(error: NodeJS.ErrnoException & { port?: number }, port: number, usual: number): never {
  const taken = error.port ?? port;
  if (error instanceof Mistake) fail(error.message);
  if (error.code === "EADDRINUSE")
    fail(
      `Port ${taken} is in use. Stop what listens there, or choose another: PORT=${port > 60_000 ? port - 1_000 : port + 1_000}.`,
    );
  if (error.code === "EACCES") fail(`Port ${taken} may not be opened by you. Choose one above 1023: PORT=${usual}.`);
  throw error;
}

/** Stops on Ctrl-C and when the system asks, once, and ends the process. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping: Promise<void> | undefined;
  // A signal may come twice: from the terminal, and from npm. The goodbye goes on.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, async () => {
      stopping ??= stop();
      await stopping;
      process.exit(0);
    });
}
