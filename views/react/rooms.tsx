import type { SubmitEvent } from "react";
import { goTo, hasRooms, placesOf } from "../../shared-ui/places.ts";
import { useChat, useChatState } from "./use-chat.ts";

interface Props {
  where: string;
  setWhere: (where: string) => void;
  onGo: () => void;
}

/** Where one can go. */
export function Rooms({ where, setWhere, onGo }: Props) {
  const chat = useChat();
  const state = useChatState();

  async function go(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    onGo();
    if (await goTo(where, chat)) setWhere("");
  }

  return (
    <nav id="rooms" aria-label="Rooms" hidden={!hasRooms(state)}>
      <ul id="list">
        {placesOf(state).map(({ key, label, href, count, open }) => (
          <li key={key}>
            <a href={href} aria-current={open ? "page" : undefined} onClick={onGo}>
              <bdi>{label}</bdi> <span className="count">{count}</span>
            </a>
          </li>
        ))}
      </ul>
      <form id="go" method="dialog" autoComplete="off" onSubmit={(event) => void go(event)}>
        <label htmlFor="where">Join a room, or write to @somebody</label>
        <input
          id="where"
          dir="auto"
          placeholder="garden or @Bob"
          value={where}
          onChange={(event) => setWhere(event.currentTarget.value)}
        />
        <button>Go</button>
      </form>
    </nav>
  );
}
