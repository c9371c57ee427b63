// The page of a fifth technique. What a person sees and does is in shared-ui: here is only how messages come and go.
import { type Attempt, openChat } from "#shared-ui/page.ts";
import { post } from "#shared-ui/request.ts";

// msg:get
function connect(attempt: Attempt) {
  // TODO: ask `/msgs?${attempt.query()}`, and tell the attempt what becomes of it.
}

// msg:post
openChat({ sentence: "The fifth technique.", connect, post });
