import {
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  inject,
  output,
  viewChild,
} from "@angular/core";
import { focusOn } from "../../shared-ui/after-draw.ts";
import { sends } from "../../shared-ui/keys.ts";
import { CHAT, injectState } from "./inject-chat.ts";

/**
 * The form. The store is told what is typed, and knows what was typed here before: the fields get that when another person or another
 * room is there, and are left alone in between.
 */
@Component({
  selector: "form[id=compose]",
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { method: "dialog", "aria-label": "Write a message", autocomplete: "off", "(submit)": "send($event)" },
  template: `
    <label for="user" [hidden]="name()">Name</label>
    <input
      #user
      id="user"
      name="user"
      dir="auto"
      aria-describedby="problem"
      autocomplete="nickname"
      placeholder="Your name"
      [hidden]="name()"
      (input)="chat.type('user', user.value)"
    />
    <label for="text">Message</label>
    <textarea
      #text
      id="text"
      name="text"
      dir="auto"
      aria-describedby="problem"
      rows="1"
      placeholder="Say something"
      enterkeyhint="send"
      (input)="chat.type('text', text.value)"
      (keydown)="sendOnEnter($event)"
    ></textarea>
    <button>Send</button>
    <p id="problem" class="problem" role="alert">{{ state().problem }}</p>
  `,
})
export class Compose {
  readonly sent = output();
  protected readonly chat = inject(CHAT);
  protected readonly state = injectState();
  protected readonly name = computed(() => this.state().name); // the header has it
  private readonly room = computed(() => this.state().place.key);
  private readonly user = viewChild.required<ElementRef<HTMLInputElement>>("user");
  private readonly text = viewChild.required<ElementRef<HTMLTextAreaElement>>("text");

  constructor() {
    afterRenderEffect({
      write: () => {
        this.name();
        this.user().nativeElement.value = this.chat.typed("user");
      },
    });
    afterRenderEffect({
      write: () => {
        this.name();
        this.room();
        this.text().nativeElement.value = this.chat.typed("text");
      },
    });
  }

  protected send(event: Event): void {
    event.preventDefault();
    const [user, text] = [this.user().nativeElement, this.text().nativeElement];
    this.chat.type("text", text.value); // whatever put it there
    focusOn(this.chat.send(user.value, text.value));
    text.value = this.chat.typed("text");
    if (!text.value) this.sent.emit();
  }

  protected sendOnEnter(event: KeyboardEvent): void {
    if (!sends(event)) return;
    event.preventDefault();
    this.text().nativeElement.form!.requestSubmit();
  }
}
