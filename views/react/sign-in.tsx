import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { focusHere } from "../../shared-ui/after-draw.ts";
import { useChat } from "./use-chat.ts";

export function SignIn({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const dialog = useRef<HTMLDialogElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const asking = useRef(false);
  const [problem, setProblem] = useState("");

  // Without a cleanup: a dialog that leaves the page is closed, and the second showModal that StrictMode calls does nothing.
  useEffect(() => {
    dialog.current!.showModal();
    if (chat.typed("user")) password.current!.focus();
  }, [chat]);

  async function signIn(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (asking.current) return;
    asking.current = true;
    setProblem("");
    const data = new FormData(event.currentTarget);
    const [box, field] = [dialog.current!, password.current!]; // now: whoever cancels meanwhile takes them out of the page
    const answer = await chat.signIn(data.get("name") as string, data.get("password") as string);
    asking.current = false;
    setProblem(answer);
    if (answer) return field.select();
    box.close();
    focusHere(chat.state);
  }

  return (
    <dialog aria-label="Sign in" ref={dialog} onClose={onClose}>
      <form method="dialog" onSubmit={(event) => void signIn(event)}>
        <h2>Sign in</h2>
        <p>A new name creates the account.</p>
        <label>
          Name <input name="name" dir="auto" autoComplete="username" required defaultValue={chat.typed("user")} />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" required ref={password} />
        </label>
        <p className="problem" role="alert">
          {problem}
        </p>
        <p className="choice">
          <button>Sign in</button>{" "}
          <button type="button" className="cancel" onClick={() => dialog.current!.close()}>
            Cancel
          </button>
        </p>
      </form>
    </dialog>
  );
}
