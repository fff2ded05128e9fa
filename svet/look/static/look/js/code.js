/* Six boxes that are one input, and the countdown before a code can be asked again. */

class Code extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.classList.contains("is-ready")) return;
    const length = Number(input.maxLength) || 6;
    // Without it a digit after the sixth arrives and can begin the code anew.
    input.removeAttribute("maxlength");
    const boxes = document.createElement("span");
    boxes.className = "boxes";
    boxes.ariaHidden = "true";
    for (let n = 0; n < length; n++) boxes.append(document.createElement("span"));
    this.append(boxes);
    this.classList.add("is-ready");
    const digitsOf = (text) => text.replace(/[^0-9]/g, "");
    let before = "";
    const draw = () => {
      const active = document.activeElement === input;
      const [from, to] = [input.selectionStart, input.selectionEnd];
      [...boxes.children].forEach((box, n) => {
        box.textContent = input.value[n] ?? "";
        const here = from === to ? n === Math.min(from, length - 1) : n >= from && n < to;
        box.classList.toggle("is-here", active && here);
      });
    };
    // The next digit takes the place of the one that stands there, as in boxes of paper.
    const stand = (place) => {
      const at = Math.min(place, input.value.length);
      input.setSelectionRange(at, Math.min(at + 1, input.value.length));
      draw();
    };
    const take = (digits) => {
      input.value = digits;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    };
    input.addEventListener("paste", (event) => {
      const digits = digitsOf(event.clipboardData.getData("text")).slice(0, length);
      if (!digits) return;
      event.preventDefault();
      take(digits);
    });
    let sent = "";
    input.addEventListener("input", (event) => {
      const caret = digitsOf(input.value.slice(0, input.selectionStart)).length;
      let digits = digitsOf(input.value);
      const typed = event.inputType?.startsWith("insert") ?? false;
      // One more than fits: at the end the code begins anew, before it the digit takes the next one's place.
      if (digits.length > length && typed && before.length === length) {
        digits = caret === digits.length ? digits.slice(length) : digits.slice(0, caret) + digits.slice(caret + 1);
      }
      digits = digits.slice(0, length);
      if (digits !== input.value) {
        input.value = digits;
        input.setSelectionRange(Math.min(caret, digits.length), Math.min(caret, digits.length));
      }
      before = digits;
      if (typed && input.selectionStart < digits.length) stand(input.selectionStart);
      draw();
      if (digits.length === length && digits !== sent && input.form?.hasAttribute("data-auto")) {
        sent = digits;
        input.form.requestSubmit();
      }
    });
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", (event) => {
      if (event.detail > 1) return input.select();
      const place = [...boxes.children].findIndex((box) => event.clientX < box.getBoundingClientRect().right);
      stand(place < 0 ? length : place);
    });
    for (const name of ["focus", "blur", "keyup", "select"]) input.addEventListener(name, draw);
    document.addEventListener("selectionchange", draw);
    before = input.value = digitsOf(input.value).slice(0, length);
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
