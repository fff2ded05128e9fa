/* Passkeys: ask the browser for one and send its answer as an ordinary form. */

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** The options as the browser wants them: every id and the challenge as bytes. */
const unpacked = ({ publicKey }) => {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"])
    if (options[list]) options[list] = options[list].map((one) => ({ ...one, id: bytes(one.id) }));
  return options;
};

/** The answer as text: what the server checks and nothing else. */
const packed = ({ id, type, rawId, response }) => {
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) answer[name] = text(response[name]);
  return JSON.stringify({ id, type, rawId: text(rawId), response: answer, clientExtensionResults: {} });
};

class Passkey extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    if (!form || !window.isSecureContext || !window.PublicKeyCredential) return;
    this.querySelector("[data-without]").hidden = true;
    form.hidden = false;
    form.addEventListener("submit", (event) => this.ask(event, form));
  }

  async ask(event, form) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const failed = this.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const publicKey = unpacked(JSON.parse(this.dataset.options));
      const found = await navigator.credentials[this.dataset.act]({ publicKey });
      form.elements.credential.value = packed(found);
      // One tick on the page is for either way of the second step.
      const tick = document.getElementById(this.dataset.tick ?? "");
      if (tick && form.elements.trust) form.elements.trust.disabled = !tick.checked;
      form.submit();
    } catch {
      failed.hidden = false;
    }
  }
}
customElements.define("svet-passkey", Passkey);
