// The certificate of the pane on https is our own, and inside a frame no browser lets anybody accept it: it shows nothing
// at all. So we ask first, and say what to do.

/** How often we look whether it is trusted by now, in milliseconds. */
const often = 2_000;

/** Resolves when the browser reaches this address; until then `closed` is called after each try that failed. */
export async function open(url: string, closed: () => void): Promise<void> {
  while (!(await isOpen(url))) {
    closed();
    await soonOrBack();
  }
}

// "no-cors": it is another origin, whose answer is none of our business. That there is one is all we want to know.
function isOpen(url: string): Promise<boolean> {
  return fetch(`${url}/wire.css`, { mode: "no-cors", cache: "no-store" }).then(
    () => true,
    () => false,
  );
}

/** Resolves when it is time to look again, or at once when the person comes back from another tab. */
function soonOrBack(): Promise<void> {
  return new Promise((resolve) => {
    const back = new AbortController();
    const done = () => {
      back.abort();
      resolve();
    };
    setTimeout(done, often);
    addEventListener("focus", done, { signal: back.signal });
    document.addEventListener("visibilitychange", done, { signal: back.signal });
  });
}
