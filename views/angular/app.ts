import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  inject,
  signal,
  viewChild,
} from "@angular/core";
import { afterDraw } from "../../shared-ui/after-draw.ts";
import {
  canHurry,
  closedDoor,
  countdown,
  doorHasSignIn,
  hasBar,
  hasRooms,
  heading,
  hereOf,
  leave,
  menuLabel,
} from "../../shared-ui/places.ts";
import { Compose } from "./compose.ts";
import { Conversation } from "./conversation.ts";
import { ABOUT, CHAT, injectNarrow, injectState } from "./inject-chat.ts";
import { Rooms } from "./rooms.ts";
import { SignIn } from "./sign-in.ts";

/** The page. A component has no element of its own in it: its selector is the element that it fills. */
@Component({
  selector: "body",
  changeDetection: ChangeDetectionStrategy.OnPush,
  preserveWhitespaces: true, // between words and buttons, as in HTML
  imports: [Compose, Conversation, Rooms, SignIn],
  template: `
    @let current = state();
    <header>
      <h1>{{ about.title }}</h1>
      <p id="connection">
        <span id="state" role="status">{{ current.connection }}</span>
        <span id="countdown">{{ countdown() }}</span>
        <button id="now" type="button" [hidden]="!canHurry()" (click)="chat.reconnectNow()">now</button>
      </p>
      <p id="account">
        <b id="me" dir="auto">{{ current.name }}</b>
        <button id="sign" type="button" [hidden]="doorHasSignIn()" (click)="current.name ? chat.signOut() : signIn()">
          {{ current.name ? "Sign out" : "Sign in" }}
        </button>
      </p>
      <p id="about">
        <span id="technique">{{ about.sentence }}</span>
        <span title="The protocol that brought this page">
          Page over <b id="protocol">{{ about.protocol }}</b
          >.
        </span>
      </p>
      <div id="bar" [hidden]="!hasBar()">
        <button id="menu" type="button" [hidden]="!hasRooms()" (click)="drawer.showModal()">{{ menuLabel() }}</button>
        <h2 id="place" dir="auto">{{ heading() }}</h2>
        <span id="here">
          {{ here().note }}
          @if (here().canLeave) {
            <button type="button" (click)="leave(chat)">Leave</button>
          }
        </span>
      </div>
    </header>
    @if (!narrow()) {
      <nav id="rooms" [(where)]="where" (go)="drawer.close()"></nav>
    }
    <dialog #drawer id="drawer" aria-label="Rooms">
      <button id="close" type="button" (click)="drawer.close()">Close</button>
      @if (narrow()) {
        <nav id="rooms" [(where)]="where" (go)="drawer.close()"></nav>
      }
    </dialog>
    <main #conversation></main>
    <div id="door" [hidden]="!closed()">
      <p id="why" role="alert">{{ closed()?.why }}</p>
      <p id="choices">
        @for (choice of closed()?.choices; track choice.label) {
          <button type="button" (click)="choice.take(chat, signIn)">{{ choice.label }}</button>
        }
      </p>
    </div>
    <form id="compose" (sent)="conversation.toEnd()"></form>
    @if (signingIn()) {
      <dialog aria-label="Sign in" (close)="signingIn.set(false)"></dialog>
    }
  `,
})
export class App {
  protected readonly chat = inject(CHAT);
  protected readonly about = inject(ABOUT);
  protected readonly state = injectState();
  protected readonly narrow = injectNarrow();
  protected readonly signingIn = signal(false);
  protected readonly where = signal(""); // here, because a narrow window has other elements for the rooms
  protected readonly signIn = (): void => this.signingIn.set(true);

  protected readonly countdown = computed(() => countdown(this.state()));
  protected readonly canHurry = computed(() => canHurry(this.state()));
  protected readonly doorHasSignIn = computed(() => doorHasSignIn(this.state()));
  protected readonly hasBar = computed(() => hasBar(this.state()));
  protected readonly hasRooms = computed(() => hasRooms(this.state()));
  protected readonly menuLabel = computed(() => menuLabel(this.state()));
  protected readonly heading = computed(() => heading(this.state()));
  protected readonly here = computed(() => hereOf(this.state()));
  protected readonly closed = computed(() => closedDoor(this.state()));
  protected readonly leave = leave;

  private readonly drawer = viewChild.required<ElementRef<HTMLDialogElement>>("drawer");

  constructor() {
    afterRenderEffect(() => afterDraw(this.state()));
    afterRenderEffect(() => {
      this.narrow();
      this.drawer().nativeElement.close();
    });
  }
}
