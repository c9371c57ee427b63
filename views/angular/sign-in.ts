import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  inject,
  signal,
  viewChild,
} from "@angular/core";
import { focusHere } from "../../shared-ui/after-draw.ts";
import { CHAT } from "./inject-chat.ts";

@Component({
  selector: "dialog[aria-label='Sign in']",
  changeDetection: ChangeDetectionStrategy.OnPush,
  preserveWhitespaces: true,
  template: `
    <form method="dialog" (submit)="signIn($event, user.value)">
      <h2>Sign in</h2>
      <p>A new name creates the account.</p>
      <label>Name <input #user name="name" dir="auto" autocomplete="username" required [value]="typed" /></label>
      <label>
        Password <input #password name="password" type="password" autocomplete="current-password" required />
      </label>
      <p class="problem" role="alert">{{ problem() }}</p>
      <p class="choice">
        <button>Sign in</button>
        <button type="button" class="cancel" (click)="dialog.close()">Cancel</button>
      </p>
    </form>
  `,
})
export class SignIn {
  private readonly chat = inject(CHAT);
  protected readonly typed = this.chat.typed("user");
  protected readonly problem = signal("");
  protected readonly dialog = inject<ElementRef<HTMLDialogElement>>(ElementRef).nativeElement;
  private readonly password = viewChild.required<ElementRef<HTMLInputElement>>("password");
  private asking = false;

  constructor() {
    afterNextRender(() => {
      this.dialog.showModal();
      if (this.typed) this.password().nativeElement.focus();
    });
  }

  protected async signIn(event: Event, name: string): Promise<void> {
    event.preventDefault();
    if (this.asking) return;
    this.asking = true;
    this.problem.set("");
    const password = this.password().nativeElement;
    const answer = await this.chat.signIn(name, password.value);
    this.asking = false;
    this.problem.set(answer);
    if (answer) return password.select();
    this.dialog.close();
    focusHere(this.chat.state);
  }
}
