// Finds the number asked for before a checkout opens: SHA-256 of "<challenge>:<number>" must begin with so many zero
// bits. It works in slices, so the page stays awake; without it the page offers a code by e-mail.
"use strict";
{
  const form = document.getElementById("step");
  const challenge = form.dataset.challenge;
  const bits = Number(form.dataset.bits);
  const progress = document.getElementById("progress");
  const SLICE_MS = 25;

  const primes = [];
  for (let number = 2; primes.length < 64; number += 1) {
    if (primes.every((prime) => number % prime)) { primes.push(number); }
  }
  const fraction = (root) => ((root - Math.floor(root)) * 0x100000000) | 0;
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const words = new Int32Array(64);
  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  // The text is at most 48 characters, so it fills one block; only the first word of the digest is needed.
  const digest = (text) => {
    words.fill(0);
    for (let at = 0; at < text.length; at += 1) { words[at >> 2] |= text.charCodeAt(at) << (24 - (at & 3) * 8); }
    words[text.length >> 2] |= 0x80 << (24 - (text.length & 3) * 8);
    words[15] = text.length * 8;
    for (let at = 16; at < 64; at += 1) {
      const early = words[at - 15];
      const late = words[at - 2];
      const one = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const two = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[at] = (words[at - 16] + one + words[at - 7] + two) | 0;
    }
    let [a, b, c, d, e, f, g, h] = START;
    for (let at = 0; at < 64; at += 1) {
      const one = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const first = (h + one + ((e & f) ^ (~e & g)) + K[at] + words[at]) | 0;
      const two = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const second = (two + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + first) | 0; d = c; c = b; b = a; a = (first + second) | 0;
    }
    return (a + START[0]) | 0;
  };
  // At most 20 zero bits are ever asked, so the digest's first word tells.
  const isFound = (number) => Math.clz32(digest(`${challenge}:${number}`)) >= bits;

  let number = 0;
  const work = () => {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      for (let round = 0; round < 500; round += 1, number += 1) {
        if (isFound(number)) {
          document.getElementById("proof").value = String(number);
          form.submit();
          return;
        }
      }
    }
    setTimeout(work, 0);
  };
  progress.hidden = false;
  document.getElementById("by-hand").hidden = true;
  setTimeout(work, 0);
}
