/** Whether this key sends what is typed. */
export function sends({ key, shiftKey, isComposing, keyCode }: KeyboardEvent): boolean {
  // The Enter that ends a composition (IME) is not ours. In Safari it comes after the composition, and only its code tells: 229
  // ("How to determine keyCode" in UI Events; https://bugs.webkit.org/show_bug.cgi?id=165004).
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== 229;
}
