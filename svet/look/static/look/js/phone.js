/* The phone mask: groups the digits while the person types at the end, and keeps away when they edit inside. */

const digitsOf = (text) => text.replace(/[^0-9]/g, "");

export function group(text) {
  let digits = digitsOf(text);
  if (!digits) return text.trim().startsWith("+") ? "+" : "";
  if (digits[0] === "8" || digits[0] === "7") digits = digits.slice(1);
  else if (text.trim().startsWith("+")) return text; // another country: not ours to group
  if (digits.length > 10) return text;
  let shown = "+7";
  if (digits.length) shown += ` (${digits.slice(0, 3)}`;
  if (digits.length >= 3) shown += ")";
  if (digits.length > 3) shown += ` ${digits.slice(3, 6)}`;
  if (digits.length > 6) shown += `-${digits.slice(6, 8)}`;
  if (digits.length > 8) shown += `-${digits.slice(8, 10)}`;
  return shown;
}

class Phone extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    input?.addEventListener("input", (event) => {
      const end = input.selectionStart === input.value.length;
      if (!end || event.inputType?.startsWith("delete") || event.isComposing) return;
      if (/[^0-9+()\-\s\u00a0\u2013]/.test(input.value)) return; // the server names the wrong sign
      input.value = group(input.value);
    });
    input?.addEventListener("blur", () => {
      if (digitsOf(input.value).length >= 10 && !/[^0-9+()\-\s\u00a0\u2013]/.test(input.value)) {
        input.value = group(input.value);
      }
    });
  }
}
customElements.define("svet-phone", Phone);
