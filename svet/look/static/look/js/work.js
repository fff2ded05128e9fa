/* A busy network's riddle: solved in a worker while the person types; the form waits for it if need be. */

class Work extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input");
    const form = field?.form;
    if (!form || typeof Worker === "undefined") return; // then waiting is enough: the page says so
    let worker;
    try {
      worker = new Worker(this.dataset.worker, { type: "module" });
    } catch {
      return;
    }
    const bar = this.querySelector("progress");
    const show = (name) => {
      for (const text of ["plain", "busy", "done"]) this.querySelector(`.work__${text}`).hidden = text !== name;
    };
    const plain = () => { bar.hidden = true; show("plain"); };
    let ready = false;
    let waiting = null;
    show("busy");
    bar.hidden = false;
    form.addEventListener("submit", (event) => {
      if (ready) return;
      event.preventDefault();
      // Before the busy button of svet.js: the form is not on its way yet.
      event.stopImmediatePropagation();
      waiting = event.submitter ?? undefined;
      this.dataset.asked = "";
    }, { capture: true });
    const go = () => {
      ready = true;
      worker.terminate();
      if ("asked" in this.dataset) form.requestSubmit(waiting ?? undefined);
    };
    worker.addEventListener("message", ({ data }) => {
      bar.value = data.done;
      if (!data.solution) return;
      field.value += `:${data.solution}`;
      bar.hidden = true;
      show("done");
      go();
    });
    worker.addEventListener("error", () => { plain(); go(); });
    const { riddle, bits, parts } = this.dataset;
    worker.postMessage({ riddle, bits: Number(bits), parts: Number(parts) });
  }
}

customElements.define("svet-work", Work);
