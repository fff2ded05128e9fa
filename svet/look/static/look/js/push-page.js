/* «Уведомления на устройствах»: offers what this browser can do, and says why when it cannot. */

class Push extends HTMLElement {
  async connectedCallback() {
    this.button = this.querySelector("button");
    const able = isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
    if (!able) return this.say("unable");
    this.button.addEventListener("click", () => this.turnOn());
    if (Notification.permission === "denied") return this.say("denied");
    if (this.hasAttribute("data-here") && (await this.stands())) return this.say("");
    this.say("", true);
  }

  /* The server may believe what the browser has forgotten: its data were cleared, or the leave taken back. */
  async stands() {
    const registration = await navigator.serviceWorker.ready;
    return Notification.permission === "granted" && (await registration.pushManager.getSubscription()) !== null;
  }

  async turnOn() {
    this.button.disabled = true;
    try {
      if ((await Notification.requestPermission()) !== "granted") return this.say("denied", true);
      const refused = await svetPush.turnOn(await navigator.serviceWorker.ready);
      if (!refused) return location.reload();
      this.say("refused", true, refused);
    } catch {
      this.say("failed", true);
    } finally {
      this.button.disabled = false;
    }
  }

  say(what, offer = false, text = "") {
    this.button.parentElement.hidden = !offer;
    for (const note of this.querySelectorAll("[data-says]")) {
      note.hidden = note.dataset.says !== what;
      if (!note.hidden && text) note.textContent = text;
    }
  }
}
customElements.define("svet-push", Push);
