import { ChangeDetectionStrategy, Component, computed, inject, model, output } from "@angular/core";
import { goTo, hasRooms, placesOf } from "../../shared-ui/places.ts";
import { CHAT, injectState } from "./inject-chat.ts";

/** Where one can go. */
@Component({
  selector: "nav[id=rooms]",
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { "aria-label": "Rooms", "[hidden]": "!hasRooms()" },
  template: `
    <ul id="list">
      @for (place of places(); track place.key) {
        <li>
          <a [href]="place.href" [attr.aria-current]="place.open ? 'page' : null" (click)="go.emit()">
            <bdi>{{ place.label }}</bdi>
            &ngsp;
            <span class="count">{{ place.count }}</span>
          </a>
        </li>
      }
    </ul>
    <form id="go" method="dialog" autocomplete="off" (submit)="goToTyped($event)">
      <label for="where">Join a room, or write to &#64;somebody</label>
      <input
        #field
        id="where"
        dir="auto"
        placeholder="garden or @Bob"
        [value]="where()"
        (input)="where.set(field.value)"
      />
      <button>Go</button>
    </form>
  `,
})
export class Rooms {
  readonly where = model.required<string>();
  readonly go = output();
  private readonly chat = inject(CHAT);
  private readonly state = injectState();
  protected readonly hasRooms = computed(() => hasRooms(this.state()));
  protected readonly places = computed(() => placesOf(this.state()));

  protected async goToTyped(event: Event): Promise<void> {
    event.preventDefault();
    this.go.emit();
    if (await goTo(this.where(), this.chat)) this.where.set("");
  }
}
