// The same page, whatever draws it. One conversation is played on two pages at once, and after each scene both have the same
// elements, attributes and texts.
import type { Page } from "playwright/test";
import { installedViews } from "../shared-server/views.ts";
import { expect, pageTiming, Person, Stage, test } from "./stage.ts";

/** The page as text: a line for each element and each text. What is random, or a time, is left out. */
function outline(page: Page): Promise<string> {
  return page.evaluate(() => {
    const lines: string[] = [];
    const add = (node: Node, indent: string) => {
      const text = node.textContent?.replaceAll(/\s+/g, " ").trim();
      if (node instanceof Text && text) lines.push(indent + text);
      if (!(node instanceof Element) || node.matches("head, script, noscript, template")) return;
      const isField = node.matches("input, textarea");
      const attributes = Array.from(node.attributes)
        .filter(({ name }) => !(name === "data-draft-id" || (node.matches("time") && name !== "class")))
        .filter(({ name }) => !(isField && name === "value")) // the property counts
        .map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`);
      if (node instanceof HTMLElement && isField && !node.matches("[type=datetime-local]"))
        attributes.push(` has ${JSON.stringify((node as HTMLInputElement).value)}`);
      lines.push(`${indent}<${node.localName}${attributes.toSorted().join("")}>`);
      if (isField || node.matches("time, #activity td:not(:has(button))")) return;
      for (const child of node.childNodes) add(child, `${indent}  `);
    };
    const copy = document.documentElement.cloneNode(true); // in the page itself, frameworks need the empty texts that normalize removes
    copy.normalize();
    add(copy, "");
    return lines.join("\n");
  });
}

interface Cast {
  stage: Stage;
  ada: Person;
  bob: Person;
  root: Person;
}

const [plain, ...frameworks] = installedViews();

for (const view of frameworks)
  test(`The page that ${view} draws has the same elements, attributes and texts as the one in plain DOM`, async ({
    variant,
    profiles,
  }) => {
    test.slow(); // two casts, and each scene waits for both
    const opens = async (drawnBy: string): Promise<Cast> => {
      const stage = new Stage(variant, drawnBy);
      await stage.starts();
      const enter = async (name: string) => {
        const page = await (await profiles(`${name} ${drawnBy} ${view}`)).newPage();
        await page.addInitScript((timing) => Object.assign(globalThis, { pageTiming: timing }), pageTiming);
        const person = new Person(name, page, stage.url);
        await person.opens();
        return person;
      };
      return { stage, ada: await enter("Ada"), bob: await enter("Bob"), root: await enter("Root") };
    };
    const casts = [await opens(plain!), await opens(view)] as const;
    const scene = (title: string, act: (cast: Cast) => Promise<unknown>, who: "ada" | "root" = "ada") =>
      test.step(title, async () => {
        await Promise.all(casts.map(act));
        await expect(async () => {
          const [expected, actual] = await Promise.all(casts.map((cast) => outline(cast[who].page)));
          expect(actual).toBe(expected);
        }).toPass({ timeout: 10_000 });
      });

    await scene("nobody has said anything", ({ ada }) => expect(ada.state).toHaveText("connected"));
    await scene("somebody has said something", async ({ ada, bob }) => {
      await bob.says("hello <b>all</b>");
      await ada.eventuallyReads(["Bob: hello <b>all</b>"]);
      await ada.says("hello Bob");
      await ada.eventuallyReads(["Bob: hello <b>all</b>", "Ada: hello Bob"]);
      await expect(ada.outbox).toHaveCount(0);
    });
    await scene("a draft is refused, and a text is too long", async ({ ada }) => {
      await ada.page.getByLabel("Name").fill("Ada\u202E");
      await ada.says("refused");
      await expect(ada.outbox).toContainText("not sent");
      await ada.page.getByLabel("Name").fill("Ada");
      await ada.types("a".repeat(2_001));
      await expect(ada.page.locator("#problem")).not.toBeEmpty();
    });
    await scene("the server is away, and a draft waits", async ({ ada, stage }) => {
      await stage.stops();
      await expect(ada.state).toHaveText("reconnecting");
      await ada.says("waits");
      await expect(ada.outbox).toHaveCount(2);
    });
    await scene("the server has lost its memory", async ({ ada, stage }) => {
      await stage.restartsEmpty();
      await ada.eventuallyReads(["Ada: waits"]);
      await expect(ada.notices).toHaveCount(1);
      await expect(ada.outbox).toHaveCount(1);
    });
    await scene("somebody has scrolled up", async ({ ada, stage }) => {
      for (let i = 1; i <= 50; i++) await stage.log.add({ user: "Bob", text: `line ${i}` });
      await expect(ada.lines.last()).toContainText("line 50");
      await expect(ada.lines.last()).toBeInViewport();
      await ada.page.getByRole("region", { name: "Conversation" }).evaluate((region) => (region.scrollTop = 0));
      await expect(ada.lines.first()).toBeInViewport();
      for (const text of ["one", "two"]) await stage.log.add({ user: "Bob", text });
      await expect(ada.page.getByRole("button", { name: "2 new messages" })).toBeVisible();
    });
    await scene("a stranger is at the door of a room", async ({ ada }) => {
      await ada.follows("garden");
      await expect(ada.door).toBeVisible();
    });
    await scene("somebody is signing in", async ({ ada }) => {
      await ada.door.getByRole("button", { name: "Sign in" }).click();
      await expect(ada.page.getByLabel("Password")).toBeFocused();
    });
    await scene("somebody is not in the room", async ({ ada, bob }) => {
      await ada.page.keyboard.press("Escape");
      for (const person of [ada, bob]) await person.signsIn();
      await expect(ada.door).toContainText("You are not in #garden.");
    });
    await scene("somebody is in the room", async ({ ada, bob }) => {
      await ada.door.getByRole("button", { name: "Join #garden" }).click();
      await bob.joins("garden");
      await bob.says("among us");
      await ada.eventuallyReads(["Bob: among us"]);
    });
    await scene("somebody has a private conversation, and one with nobody", async ({ ada, bob }) => {
      await ada.writesTo("Bob", "only for you");
      await bob.goesTo("@Ada");
      await bob.says("and for you");
      await ada.eventuallyReads(["Ada: only for you", "Bob: and for you"]);
      await ada.follows("@Nobody");
      await ada.says("a secret");
      await expect(ada.outbox).toContainText("There is no account with the name Nobody.");
    });
    await scene("somebody is where no room can be", async ({ ada, bob }) => {
      await ada.follows("gar den!");
      await expect(ada.door).toContainText("No room can be called");
      await bob.goesTo("#lobby");
      await bob.says("hello");
      await expect(ada.link("#lobby")).toContainText(" new");
    });
    await scene("the rooms are in a drawer", async ({ ada }) => {
      await ada.page.setViewportSize({ width: 360, height: 640 });
      await ada.page.getByRole("button", { name: /^Rooms/ }).click();
      await expect(ada.page.getByRole("dialog", { name: "Rooms" })).toBeVisible();
    });
    await scene("somebody goes to a room in the drawer with a click on its name", async ({ ada }) => {
      await ada.link("#garden").getByText("#garden").click();
      await expect(ada.page.getByRole("dialog", { name: "Rooms" })).toBeHidden();
      await ada.eventuallyReads(["Bob: among us"]);
      await ada.page.setViewportSize({ width: 1280, height: 640 });
    });
    const sees = async ({ root }: Cast) => {
      await root.signsIn();
      await root.page.getByRole("link", { name: "Activity" }).click();
      await root.page.getByLabel("Who").fill("Ada");
      await root.page.getByLabel("Reason").fill("Too loud.");
      await root.page.getByRole("button", { name: "Ban", exact: true }).click();
      await expect(root.page.getByRole("button", { name: "Unban Ada" })).toBeVisible();
      await expect(root.page.getByRole("row", { name: /banned/i })).toBeVisible();
    };
    await scene("the super user sees the activity, and bans somebody", sees, "root");
    await scene("somebody is banned, and has typed something", async ({ ada }) => {
      await expect(ada.door).toContainText("Too loud.");
      await ada.types("typed by Ada");
    });
    await scene("they go on without an account", async ({ ada }) => {
      await ada.page.getByRole("button", { name: "Go on without signing in" }).click();
      await ada.follows("");
      await expect(ada.place).toHaveText("#lobby");
      await expect(ada.lines.last()).toContainText("hello");
    });
    await scene("the super user signs out", ({ root }) => root.signsOut(), "root");

    for (const { stage, ada, bob, root } of casts) {
      for (const { page } of [ada, bob, root]) await page.close();
      await stage.stops();
      await stage.tap.close();
    }
  });
