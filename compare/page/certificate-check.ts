// The certificate of the pane on https is self-signed. Inside a frame no browser lets a person accept such a certificate: the
// frame stays blank. So the page checks first whether the browser trusts it, and explains what to do.

/** The pause between two checks, in milliseconds. */
const checkInterval = 2_000;

/** Resolves when the browser can reach this address. Until then it calls `failed` after each check. */
export async function untilTrusted(url: string, failed: () => void): Promise<void> {
  while (!(await isTrusted(url))) {
    failed();
    await pauseOrReturn();
  }
}

// "no-cors" because the address is another origin, whose response we may not read. That there is a response is enough. With
// credentials, because the page in the frame sends its cookies: the browser shares a connection only between requests of one kind.
function isTrusted(url: string): Promise<boolean> {
  return fetch(`${url}/wire.css`, { mode: "no-cors", credentials: "include", cache: "no-store" }).then(
    () => true,
    () => false,
  );
}

/** Resolves after the pause, or at once when the person comes back from another tab. */
function pauseOrReturn(): Promise<void> {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const done = () => {
      listening.abort();
      resolve();
    };
    setTimeout(done, checkInterval);
    addEventListener("focus", done, { signal: listening.signal });
    document.addEventListener("visibilitychange", done, { signal: listening.signal });
  });
}
