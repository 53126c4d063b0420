// <almoner-give amount="130" appeal="spring">Give</almoner-give>: a plain link to the give page of the house that
// serves this script. It sets no cookie, reads nothing of the page, and writes no markup from text.
"use strict";
(() => {
  const house = new URL(document.currentScript.src).origin;
  const look = new CSSStyleSheet();
  look.replaceSync(`
    :host { display: inline-block; }
    :host([hidden]) { display: none; }
    a { display: inline-block; box-sizing: border-box; min-height: 44px; padding: 10px 22px; border-radius: 6px;
        border: 2px solid #0e5a5a; background: #0e5a5a; color: #fff; font: 600 1.0625rem/1.3 system-ui, sans-serif;
        text-align: center; text-decoration: none; }
    a:hover { background: #0a4444; border-color: #0a4444; text-decoration: underline; }
    a:focus-visible { outline: 3px solid #0e5a5a; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    @media (forced-colors: active) { a { border-color: LinkText; } }`);

  class AlmonerGive extends HTMLElement {
    static observedAttributes = ["amount", "appeal"];
    #link = document.createElement("a");

    constructor() {
      super();
      const shadow = this.attachShadow({ mode: "open", delegatesFocus: true });
      shadow.adoptedStyleSheets = [look];
      const words = document.createElement("slot");
      words.textContent = "Give";
      this.#link.append(words);
      shadow.append(this.#link);
    }

    connectedCallback() { this.#point(); }

    attributeChangedCallback() { this.#point(); }

    #point() {
      const target = new URL("/give", house);
      const amount = this.getAttribute("amount") ?? "";
      const appeal = this.getAttribute("appeal") ?? "";
      if (/^[0-9]{1,6}(\.[0-9]{2})?$/.test(amount)) target.searchParams.set("amount", amount);
      if (/^[a-z0-9-]{1,40}$/.test(appeal)) target.searchParams.set("appeal", appeal);
      this.#link.href = target.href;
    }
  }

  if (!customElements.get("almoner-give")) customElements.define("almoner-give", AlmonerGive);
})();
