import { type SubmitEvent, useState } from "react";
import { ban, membersOf, type Table as TableOf, tablesOf, tomorrow, unban } from "../../shared-ui/activity.ts";
import type { Activity as ActivityOf } from "../../shared-ui/chat.ts";
import { useChat, useChatState } from "./use-chat.ts";

/** What the super user sees. */
export function Activity() {
  const { activity } = useChatState();
  return (
    <section id="activity" aria-label="Activity" tabIndex={0}>
      {activity && <Tables activity={activity} />}
    </section>
  );
}

function Tables({ activity }: { activity: ActivityOf }) {
  const chat = useChat();
  const { rooms, bans, audit } = tablesOf(activity);
  const [until] = useState(tomorrow);

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    void ban(chat, event.currentTarget);
  }

  return (
    <>
      <Table {...rooms} />
      <Table {...bans} onUnban={(name) => void unban(chat, name)} />
      <form aria-label="Ban somebody" onSubmit={submit}>
        <label>
          Who <input name="who" required list="people" autoComplete="off" />
        </label>
        <datalist id="people">
          {membersOf(activity).map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <label>
          Reason <input name="reason" required />
        </label>
        <label>
          Until <input name="until" type="datetime-local" required defaultValue={until} />
        </label>
        <button>Ban</button>
      </form>
      <Table {...audit} />
    </>
  );
}

function Table({ caption, columns, rows, onUnban }: TableOf & { onUnban?: (name: string) => void }) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={onUnban ? cells[0] : row}>
            {cells.map((cell, column) => (
              <td key={columns[column]}>
                {cell}
                {onUnban && column === 0 && (
                  <>
                    {" "}
                    <button type="button" aria-label={`Unban ${cell}`} onClick={() => onUnban(cell)}>
                      Unban
                    </button>
                  </>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
