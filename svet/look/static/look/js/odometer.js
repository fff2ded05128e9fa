/* The face of a meter drawn over one real input: typing runs on, arrows turn the wheels, a paste is understood.

   Coming to the face begins at its first wheel, as does selecting all of it and a digit after the last wheel:
   whoever types the number anew gets what they typed. A touch of a face that has the focus picks a wheel. */

class Odometer extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.classList.contains("is-ready")) return;
    this.input = input;
    this.digits = Number(this.dataset.digits) || 5;
    this.decimals = Number(this.dataset.decimals) || 0;
    this.width = this.digits + this.decimals;
    const face = this.wheelsOf(input.value);
    if (face === null) return; // what was typed is not a reading: leave it as it is, with its error
    this.last = this.wheelsOf(this.dataset.last ?? "") ?? face;
    this.boxes = document.createElement("span");
    this.boxes.className = "boxes";
    this.boxes.ariaHidden = "true";
    for (let n = 0; n < this.width; n++) {
      if (n === this.digits) {
        const point = document.createElement("span");
        point.className = "is-point";
        this.boxes.append(point);
      }
      const box = document.createElement("span");
      if (n >= this.digits) box.classList.add("is-red");
      this.boxes.append(box);
    }
    this.wheels = [...this.boxes.querySelectorAll(":not(.is-point)")];
    this.append(this.boxes);
    this.classList.add("is-ready");
    this.at = 0;
    this.face = face;
    input.addEventListener("beforeinput", (event) => this.before(event));
    input.addEventListener("input", (event) => this.after(event));
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("pointerdown", (event) => this.point(event));
    input.addEventListener("focus", () => {
      this.at = 0;
      this.draw();
    });
    input.addEventListener("select", () => this.mark());
    input.addEventListener("blur", () => this.draw());
    this.show(false);
  }

  /* The digits of a value as a fixed-width text, or null when it is no reading of this meter. */
  wheelsOf(text) {
    const clean = text.replace(/[\s\u00a0]/g, "").replace(".", ",");
    if (!/^[0-9]*(,[0-9]*)?$/.test(clean)) return null;
    const [whole, part = ""] = clean.split(",");
    const short = whole.replace(/^0+/, "");
    if (short.length > this.digits || part.replace(/0+$/, "").length > this.decimals) return null;
    return short.padStart(this.digits, "0") + part.slice(0, this.decimals).padEnd(this.decimals, "0");
  }

  get text() {
    return this.decimals ? `${this.face.slice(0, this.digits)},${this.face.slice(this.digits)}` : this.face;
  }

  /* Whether all of the face is selected: what is typed then begins at the first wheel. */
  get isWhole() {
    return this.input.selectionStart === 0 && this.input.selectionEnd === this.input.value.length;
  }

  before(event) {
    const kind = event.inputType;
    if (this.isWhole && kind.startsWith("insert")) this.at = 0;
    if (kind === "insertText" && /^[0-9]$/.test(event.data ?? "")) {
      event.preventDefault();
      this.put(event.data);
    } else if (kind === "insertText" && /^[.,]$/.test(event.data ?? "") && this.decimals) {
      event.preventDefault();
      this.at = this.digits;
      this.draw();
    } else if (kind === "insertText" && (event.data ?? "").length <= 1) {
      event.preventDefault();
    } else if (kind === "deleteContentBackward") {
      event.preventDefault();
      this.rub();
    } else if (["insertFromPaste", "insertReplacementText", "insertText"].includes(kind)) {
      // Dictation, autofill and test robots insert a whole text at once.
      const given = event.data ?? event.dataTransfer?.getData("text") ?? "";
      const face = this.wheelsOf(given.trim());
      if (face !== null && given.trim()) {
        event.preventDefault();
        this.face = face;
        this.at = this.width;
        this.show(true);
      }
    }
  }

  /* A keyboard that did not ask beforehand (some phones compose digits): take what it left, if it is a reading. */
  after(event) {
    const typed = this.input.value, caret = this.input.selectionStart;
    if (typed === this.text) return;
    const kind = event.inputType ?? "", more = typed.length - this.text.length;
    if (kind.startsWith("delete")) return this.rub();
    if (kind === "insertText" || kind === "insertCompositionText") {
      if (more <= 0) this.at = 0; // all of it was selected
      for (const digit of (more > 0 ? typed.slice(caret - more, caret) : typed).replace(/[^0-9]/g, "")) this.put(digit);
      return this.show(true);
    }
    const face = this.wheelsOf(this.input.value);
    if (face === null) this.show(true);
    else {
      this.face = face;
      this.show(true);
    }
  }

  rub() {
    if (this.isWhole) {
      this.at = 0;
      this.face = "0".repeat(this.width);
      this.show(true);
    } else {
      this.at = Math.max(0, this.at - 1);
      this.set(this.at, "0");
    }
  }

  put(digit) {
    if (this.at >= this.width) this.at = 0;
    this.set(this.at, digit);
    this.at = Math.min(this.width, this.at + 1);
    this.draw();
  }

  set(place, digit) {
    this.face = this.face.slice(0, place) + digit + this.face.slice(place + 1);
    this.show(true);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = Math.min(this.at, this.width - 1);
    const moves = { ArrowLeft: Math.max(0, this.at - 1), ArrowRight: Math.min(this.width, this.at + 1), Home: 0, End: this.width };
    if (event.key in moves) {
      event.preventDefault();
      this.at = moves[event.key];
      this.draw();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      const step = 10 ** (this.width - 1 - place) * (event.key === "ArrowUp" ? 1 : -1);
      const turned = Math.min(10 ** this.width - 1, Math.max(0, Number(this.face) + step));
      this.face = String(turned).padStart(this.width, "0");
      this.at = place;
      this.show(true);
    } else if (event.key === "Delete") {
      event.preventDefault();
      this.set(place, "0");
    }
  }

  point(event) {
    if (document.activeElement !== this.input) return requestAnimationFrame(() => this.draw());
    const place = this.wheels.findIndex((box) => event.clientX < box.getBoundingClientRect().right);
    this.at = place < 0 ? this.width : place;
    requestAnimationFrame(() => this.draw());
  }

  show(changed) {
    this.input.value = this.text;
    this.draw();
    if (!changed) return;
    const scale = 10 ** this.decimals;
    this.dispatchEvent(new CustomEvent("svet:reading", {
      bubbles: true,
      detail: { value: this.text, difference: (Number(this.face) - Number(this.last)) / scale },
    }));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    const button = this.closest("form")?.querySelector("[data-readings-button]");
    if (button) {
      const odometers = [...this.closest("form").querySelectorAll("svet-odometer.is-ready")];
      const same = odometers.every((other) => other.face === other.last);
      (button.querySelector("span") ?? button).textContent = same ? button.dataset.old : button.dataset.new;
    }
  }

  mark() {
    if (this.isWhole) for (const box of this.wheels) box.classList.add("is-here");
  }

  draw() {
    const here = document.activeElement === this.input;
    this.wheels.forEach((box, n) => {
      box.textContent = this.face[n];
      box.classList.toggle("is-here", here && n === Math.min(this.at, this.width - 1));
    });
    const caret = this.at + (this.decimals && this.at >= this.digits ? 1 : 0);
    if (here) this.input.setSelectionRange(caret, caret);
  }
}
customElements.define("svet-odometer", Odometer);
