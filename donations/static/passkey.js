// Asks the browser for a passkey when the form is sent: makes one, or proves one. The options stand in the form itself.
"use strict";
{
  const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (keys) => (keys ?? []).map((key) => ({ ...key, id: decode(key.id) }));

  const make = async (options) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: decode(options.challenge),
        user: { ...options.user, id: decode(options.user.id) },
        excludeCredentials: named(options.excludeCredentials),
      },
    });
    return {
      id: made.id, rawId: encode(made.rawId), type: made.type, clientExtensionResults: {},
      response: {
        clientDataJSON: encode(made.response.clientDataJSON),
        attestationObject: encode(made.response.attestationObject),
      },
    };
  };

  const prove = async (options) => {
    const given = await navigator.credentials.get({
      publicKey: { ...options, challenge: decode(options.challenge), allowCredentials: named(options.allowCredentials) },
    });
    return {
      id: given.id, rawId: encode(given.rawId), type: given.type, clientExtensionResults: {},
      response: {
        clientDataJSON: encode(given.response.clientDataJSON),
        authenticatorData: encode(given.response.authenticatorData),
        signature: encode(given.response.signature),
        userHandle: given.response.userHandle ? encode(given.response.userHandle) : null,
      },
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const told = form.querySelector("[data-told]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!window.PublicKeyCredential) {
        told.textContent = "This browser knows no passkeys. Please use another, or the other way in.";
        return;
      }
      told.textContent = "Your browser asks for your passkey now.";
      try {
        const options = JSON.parse(form.dataset.options);
        const credential = await (form.dataset.passkey === "make" ? make(options) : prove(options));
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch (fault) {
        told.textContent =
          fault.name === "InvalidStateError"
            ? "This device holds a passkey of yours already. Prove that one, or use another device."
            : "No passkey came. Nothing was changed; please try again.";
      }
    });
    form.querySelector("button").disabled = false;
  }
}
