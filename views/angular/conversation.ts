import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  inject,
  input,
  viewChild,
} from "@angular/core";
import type { Message } from "../../shared-chat/message.ts";
import { focusOn } from "../../shared-ui/after-draw.ts";
import { belowLabel, elsewhere, isHere, type Log, logsOf, progressOf, rowOf } from "../../shared-ui/conversation.ts";
import { follow, toEnd } from "../../shared-ui/follow.ts";
import type { Item } from "../../shared-ui/outbox.ts";
import { Activity } from "./activity.ts";
import { CHAT, injectState } from "./inject-chat.ts";

/** A message never changes: Angular looks at what is in a row once, and later only whether it is the same message. */
@Component({
  selector: "li[message]",
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: {
    "[class.mine]": "row().mine",
    "[attr.data-id]": "message().id",
    "[attr.data-draft-id]": "message().draftId ?? ''",
  },
  template: `
    @if (row().link; as link) {
      <bdi class="user"
        ><a [href]="link.href" [title]="link.title" tabindex="-1">{{ message().user }}</a></bdi
      >
    } @else {
      <bdi class="user">{{ message().user }}</bdi>
    }
    <time [attr.datetime]="row().time.iso" [title]="row().time.full">{{ row().time.short }}</time>
    <p class="text" dir="auto">{{ message().text }}</p>
  `,
})
export class MessageRow {
  readonly message = input.required<Message>();
  private readonly chat = inject(CHAT);
  protected readonly row = computed(() => rowOf(this.message(), this.chat));
}

/** The messages of a room. */
@Component({
  selector: "div[messages]",
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MessageRow],
  template: `
    <ol>
      @for (notice of notices(); track notice) {
        <li class="notice">{{ notice.text }}</li>
      }
      @for (message of messages(); track message) {
        <li class="message" [message]="message"></li>
      }
    </ol>
  `,
})
export class MessageLog {
  readonly messages = input.required<readonly Message[]>();
  readonly notice = input.required<Log["notice"]>();
  /** As a list: another notice is another element, even when it says the same. */
  protected readonly notices = computed(() => [this.notice() ?? []].flat());
}

@Component({
  selector: "main",
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Activity, MessageLog],
  template: `
    @let current = state();
    <p id="news" role="alert">{{ current.news }}</p>
    <div #scroller id="conversation" role="region" aria-label="Conversation" tabindex="0">
      <div id="messages">
        @for (log of logs(); track log.room) {
          <div
            role="log"
            [attr.aria-label]="log.label"
            [attr.data-room]="log.room"
            [hidden]="!log.open"
            [messages]="log.messages"
            [notice]="log.notice"
          ></div>
        }
      </div>
      <ol id="outbox" aria-label="Not delivered yet">
        @for (item of current.outbox; track item.draft.draftId) {
          <li
            class="message mine"
            [attr.data-draft-id]="item.draft.draftId"
            [attr.data-state]="item.state"
            [hidden]="!isHere(item, current)"
          >
            <bdi class="user">{{ item.draft.user }}</bdi>
            <span class="state">{{ progressOf(item, current) }}</span>
            <p class="text" dir="auto">{{ item.draft.text }}</p>
            <p class="reason" role="alert">{{ item.reason }}</p>
            <p class="choice">
              <button type="button" (click)="retry(item)">Retry</button>&ngsp;
              <button type="button" (click)="discard(item)">Discard</button>
            </p>
          </li>
        }
      </ol>
      <p id="elsewhere">
        @for (link of elsewhere(); track link.label) {
          <a [href]="link.href">{{ link.label }}</a>
        }
      </p>
    </div>
    <button id="unread" type="button" [hidden]="current.below === 0" (click)="goToEnd()">{{ belowLabel() }}</button>
    <section id="activity"></section>
  `,
})
export class Conversation {
  private readonly chat = inject(CHAT);
  protected readonly state = injectState();
  protected readonly logs = computed(() => logsOf(this.state()));
  protected readonly elsewhere = computed(() => elsewhere(this.state()));
  protected readonly belowLabel = computed(() => belowLabel(this.state()));
  protected readonly isHere = isHere;
  protected readonly progressOf = progressOf;

  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>("scroller");

  constructor() {
    const destroyed = inject(DestroyRef);
    afterNextRender(() => destroyed.onDestroy(follow(this.scroller().nativeElement, this.chat)));
  }

  toEnd(): void {
    toEnd(this.scroller().nativeElement);
  }

  protected goToEnd(): void {
    this.toEnd();
    this.scroller().nativeElement.focus();
  }

  protected retry(item: Item): void {
    focusOn(this.chat.retry(item, this.chat.typed("user")));
  }

  protected discard(item: Item): void {
    this.chat.discard(item);
    focusOn("text");
  }
}
