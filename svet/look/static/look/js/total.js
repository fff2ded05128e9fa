/* The live total of the ticked «К оплате» sums; the server adds them up again. */

const NBSP = "\u00a0";

export function kopecks(text) {
  const clean = text.replace(/[\s\u00a0]/g, "").replace(".", ",");
  if (!/^[0-9]{1,9}(,[0-9]{0,2})?$/.test(clean)) return 0;
  const [whole, part = ""] = clean.split(",");
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

export function roubles(sum) {
  const whole = String(Math.floor(sum / 100)).replace(/\B(?=([0-9]{3})+$)/g, NBSP);
  return `${whole},${String(sum % 100).padStart(2, "0")}${NBSP}₽`;
}

class Total extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.getAttribute("for")) ?? this.closest("form");
    for (const place of this.form?.querySelectorAll("[data-pay-carried]") ?? []) this.unfold(place);
    this.form?.addEventListener("input", this);
    this.form?.addEventListener("change", this);
    this.handleEvent();
  }

  /* Of a long list the rows of other parts come as one field: rows again, so that ticks and sums reach them. */
  unfold(place) {
    const found = place.querySelector("[name=rest]")?.value.matchAll(/([+-])([^=\s]+)=(\S*)/g) ?? [];
    const rows = [...found].map(([, mark, account, sum]) => {
      const [row, tick, field] = ["i", "input", "input"].map((name) => document.createElement(name));
      row.dataset.payRow = "";
      Object.assign(tick, { type: "checkbox", name: "tick", value: account, checked: mark === "+" });
      Object.assign(field, { type: "hidden", name: `amount-${account}`, value: decodeURIComponent(sum) });
      tick.dataset.payTick = "";
      field.dataset.paySum = "";
      row.append(tick, field);
      return row;
    });
    if (rows.length > 0) place.replaceChildren(...rows);
  }

  rows(box) {
    const whole = box.matches("[data-pay-all]") ? this.form : box.closest("[data-pay-group]");
    return [...whole.querySelectorAll("[data-pay-row]")].filter((row) => row.querySelector("[data-pay-tick]"));
  }

  /* What has a sum to pay: a group ticks that, and unticks everything. */
  owed(box) {
    return this.rows(box).filter((row) => kopecks(row.querySelector("[data-pay-sum]")?.value ?? "") > 0);
  }

  tickWhole(box) {
    const on = box.checked;
    for (const row of on ? this.owed(box) : this.rows(box)) row.querySelector("[data-pay-tick]").checked = on;
  }

  /* With nothing to pay there is no button, and no bar over what stands below it. Enter in a field still presses
     it, so that the page says what is missing: a disabled one would leave the key without an answer. */
  offer(button, total) {
    const bar = button.closest(".paybar");
    button.hidden = total === 0;
    bar?.classList.toggle("paybar--idle", total === 0);
    if (bar) bar.hidden = total === 0;
  }

  /* What of them the button pays is said. */
  tellElsewhere() {
    const place = this.form?.querySelector("[data-elsewhere]");
    if (!place) return;
    const sums = [...this.form.querySelectorAll("[data-pay-carried] [data-pay-row]")]
      .filter((row) => row.querySelector("[data-pay-tick]").checked)
      .map((row) => kopecks(row.querySelector("[data-pay-sum]").value));
    place.hidden = sums.length === 0;
    place.querySelector("[data-elsewhere-count]").textContent = String(sums.length);
    place.querySelector("[data-elsewhere-sum]").textContent = roubles(sums.reduce((all, sum) => all + sum, 0));
  }

  handleEvent(event) {
    // Changing a sum means the person wants to pay it.
    if (event?.type === "input" && event.target.matches("[data-pay-sum]")) {
      const tick = event.target.closest("[data-pay-row]")?.querySelector("[data-pay-tick]");
      if (tick && kopecks(event.target.value) > 0) tick.checked = true;
    }
    // Already at «input»: the sums below write the state of these boxes anew.
    if (event?.target.matches("[data-pay-group-tick], [data-pay-all]")) this.tickWhole(event.target);
    let total = 0;
    let count = 0;
    const groups = new Map();
    for (const row of this.form?.querySelectorAll("[data-pay-row]") ?? []) {
      const ticked = row.querySelector("[data-pay-tick]")?.checked;
      const sum = ticked ? kopecks(row.querySelector("[data-pay-sum]")?.value ?? "") : 0;
      const group = row.closest("[data-pay-group]");
      if (group) groups.set(group, (groups.get(group) ?? 0) + sum);
      total += sum;
      count += sum > 0 ? 1 : 0;
    }
    for (const [group, sum] of groups) {
      const place = group.querySelector("[data-group-total]");
      if (place) place.textContent = roubles(sum);
    }
    for (const box of this.form?.querySelectorAll("[data-pay-group-tick], [data-pay-all]") ?? []) {
      const ticks = this.owed(box).map((row) => row.querySelector("[data-pay-tick]").checked);
      box.checked = ticks.length > 0 && ticks.every(Boolean);
      box.indeterminate = !box.checked && ticks.some(Boolean);
    }
    this.tellElsewhere();
    for (const place of document.querySelectorAll("[data-total]")) place.textContent = roubles(total);
    for (const place of document.querySelectorAll("[data-total-count]")) place.textContent = String(count);
    for (const button of document.querySelectorAll("[data-total-button]")) this.offer(button, total);
  }
}
customElements.define("svet-total", Total);
