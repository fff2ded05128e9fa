/* Shows the password on demand and ticks the six requirements off while it is typed. */

const rules = {
  non_latin: (text) => !/(?![A-Za-z])[\p{L}\p{M}]/u.test(text),
  short: (text) => text.length >= 8,
  no_upper: (text) => /[A-Z]/.test(text),
  no_lower: (text) => /[a-z]/.test(text),
  no_digit: (text) => /[0-9]/.test(text),
  space: (text) => !/\s/.test(text),
};

class Password extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const button = this.querySelector(".peek__button");
    if (!input) return;
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const shown = input.type === "password";
        input.type = shown ? "text" : "password";
        button.ariaPressed = String(shown);
        button.querySelector(".unseen").textContent = shown ? button.dataset.hide : button.dataset.show;
        input.focus();
      });
      input.form?.addEventListener("submit", () => { input.type = "password"; });
    }
    const lines = this.querySelectorAll("[data-rule]");
    const judge = () => {
      for (const line of lines) {
        const rule = rules[line.dataset.rule];
        if (!rule) continue;
        const ok = input.value !== "" && rule(input.value);
        line.dataset.ok = input.value === "" ? "none" : ok ? "yes" : "no";
        line.querySelector(".tick--yes").hidden = !ok;
        line.querySelector(".tick--no").hidden = ok;
      }
    };
    if (lines.length) {
      input.addEventListener("input", judge);
      if (input.value) judge();
    }
  }
}
customElements.define("svet-password", Password);
