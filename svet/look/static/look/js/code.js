/* Six boxes that are one input, and the countdown before a code can be asked again. */

class Code extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.classList.contains("is-ready")) return;
    const length = Number(input.maxLength) || 6;
    const boxes = document.createElement("span");
    boxes.className = "boxes";
    boxes.ariaHidden = "true";
    for (let n = 0; n < length; n++) boxes.append(document.createElement("span"));
    this.append(boxes);
    this.classList.add("is-ready");
    const draw = () => {
      const clean = input.value.replace(/[^0-9]/g, "").slice(0, length);
      if (clean !== input.value) input.value = clean;
      [...boxes.children].forEach((box, n) => {
        box.textContent = clean[n] ?? "";
        box.classList.toggle("is-here", n === Math.min(clean.length, length - 1) && document.activeElement === input);
      });
    };
    // The browser cuts a paste at maxlength before we can drop its spaces: take the digits ourselves.
    input.addEventListener("paste", (event) => {
      const digits = event.clipboardData.getData("text").replace(/[^0-9]/g, "").slice(0, length);
      if (!digits) return;
      event.preventDefault();
      input.value = digits;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const toEnd = () => input.setSelectionRange(input.value.length, input.value.length);
    let sent = "";
    input.addEventListener("input", () => {
      draw();
      if (input.value.length === length && input.value !== sent && input.form?.hasAttribute("data-auto")) {
        sent = input.value;
        input.form.requestSubmit();
      }
    });
    for (const name of ["focus", "blur", "click", "keyup"]) input.addEventListener(name, () => { if (name !== "blur") toEnd(); draw(); });
    draw();
  }
}
customElements.define("svet-code", Code);

class Countdown extends HTMLElement {
  connectedCallback() {
    let left = Number(this.dataset.seconds) || 0;
    const wait = this.querySelector(".countdown__wait");
    const number = this.querySelector(".countdown__left");
    if (!left || !wait) return;
    const end = Date.now() + left * 1000;
    this.timer = setInterval(() => {
      left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      if (number) number.textContent = String(left);
      if (!left) {
        clearInterval(this.timer);
        wait.hidden = true;
      }
    }, 250);
  }
  disconnectedCallback() { clearInterval(this.timer); }
}
customElements.define("svet-countdown", Countdown);
