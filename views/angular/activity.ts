import { ChangeDetectionStrategy, Component, computed, inject, input, output } from "@angular/core";
import { ban, membersOf, type Table as TableOf, tablesOf, tomorrow, unban } from "../../shared-ui/activity.ts";
import { CHAT, injectState } from "./inject-chat.ts";

@Component({
  selector: "table",
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <caption>
      {{
        table().caption
      }}
    </caption>
    <thead>
      <tr>
        @for (column of table().columns; track column) {
          <th scope="col">{{ column }}</th>
        }
      </tr>
    </thead>
    <tbody>
      @for (cells of table().rows; track canUnban() ? cells[0] : $index) {
        <tr>
          @for (cell of cells; track $index) {
            <td>
              {{ cell }}
              @if (canUnban() && $first) {
                <button type="button" [attr.aria-label]="'Unban ' + cell" (click)="unban.emit(cell)">Unban</button>
              }
            </td>
          }
        </tr>
      }
    </tbody>
  `,
})
export class Table {
  readonly table = input.required<TableOf>();
  /** Whether each row begins with a name and a button to unban it. */
  readonly canUnban = input(false);
  readonly unban = output<string>();
}

@Component({
  selector: "form[people]",
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { "aria-label": "Ban somebody", "(submit)": "submit($event)" },
  template: `
    <label>Who <input name="who" required list="people" autocomplete="off" /></label>
    <datalist id="people">
      @for (name of people(); track name) {
        <option [value]="name"></option>
      }
    </datalist>
    <label>Reason <input name="reason" required /></label>
    <label>Until <input name="until" type="datetime-local" required [value]="until" /></label>
    <button>Ban</button>
  `,
})
export class BanForm {
  readonly people = input.required<string[]>();
  private readonly chat = inject(CHAT);
  protected readonly until = tomorrow();

  protected submit(event: Event): void {
    event.preventDefault();
    void ban(this.chat, event.currentTarget as HTMLFormElement);
  }
}

/** What the super user sees. */
@Component({
  selector: "section[id=activity]",
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BanForm, Table],
  host: { "aria-label": "Activity", tabindex: "0" },
  template: `
    @if (activity(); as activity) {
      @let tables = tablesOf(activity);
      <table [table]="tables.rooms"></table>
      <table [table]="tables.bans" [canUnban]="true" (unban)="unban(chat, $event)"></table>
      <form [people]="membersOf(activity)"></form>
      <table [table]="tables.audit"></table>
    }
  `,
})
export class Activity {
  protected readonly chat = inject(CHAT);
  private readonly state = injectState();
  protected readonly activity = computed(() => this.state().activity);
  protected readonly tablesOf = tablesOf;
  protected readonly membersOf = membersOf;
  protected readonly unban = unban;
}
