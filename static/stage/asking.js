// The question before the answer: its candidates, who chooses which, and the score.

import { button, element, setText } from "./dom.js";
import { Round } from "./round.js";
import { percentText } from "./text.js";
import { t } from "./words.js";

/** @import { StageView } from "./stage.js" */

/** @type {Map<string, CSSStyleSheet>} what covers the page round a stage, by its key; outlives the stage */
const sheets = new Map();

function sheetOf(/** @type {string} */ key) {
  const sheet = sheets.get(key) ?? new CSSStyleSheet();
  if (!sheets.has(key)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  sheets.set(key, sheet);
  return sheet;
}

export class Asking {
  /** @type {{node: HTMLElement, choose: HTMLButtonElement, told: HTMLElement, count: HTMLInputElement, label: string}[]} */ cards = [];
  drawn = ""; // the question whose candidates stand there

  /** @param {StageView} stage */
  constructor(stage) {
    this.stage = stage;
    this.switch = button(t("Cover what comes next, and ask for it first"), { text: t("Ask first"), "aria-pressed": "false" });
    this.switch.dataset.name = "ask";
    this.switch.addEventListener("click", () => this.turn(!this.round.on));
    this.question = element("p", { class: "ask-question" });
    this.choices = element("div", { class: "ask-choices", role: "group", "aria-label": t("Candidates") });
    this.result = element("p", { class: "ask-result" });
    this.spoken = element("div", { class: "sr", role: "status" });
    this.go = button(t("Show the answer (Enter)"), { className: "call ask-go", text: t("Reveal") });
    this.go.addEventListener("click", () => this.advance());
    this.further = button(t("Ask about some step further on, drawn by lot"), { text: t("Drawn step") });
    this.further.addEventListener("click", () => this.ask(this.round.further()));
    this.hands = button(t("Count the hands for each: click, type, or press its number"), { text: t("Show of hands"), "aria-pressed": "false" });
    this.hands.addEventListener("click", () => {
      this.round.hands = !this.round.hands;
      this.sync();
    });
    this.score = element("span", { class: "ask-score" });
    this.forget = button(t("Forget the score"), { text: "×", "aria-label": t("Forget the score") });
    this.forget.addEventListener("click", () => {
      this.round.score = Round.none();
      this.sync();
    });
    const key = (text) => element("kbd", { text });
    this.hint = element("p", { class: "hint", "aria-hidden": "true" }, [
      key("1"), " … ", this.most = key("4"), ` ${t("choose")} `, key("Enter"), ` ${t("reveal")} `, key("→"), ` ${t("on")}`,
    ]);
    this.node = element("section", { class: "ask", role: "group", "aria-label": t("Ask first"), hidden: true }, [
      this.question, this.choices, this.result,
      element("div", { class: "ask-row" }, [this.go, this.further, this.hands, this.score, this.forget, this.hint]), this.spoken,
    ]);
  }

  get round() {
    return this.stage.data.round;
  }

  /** Follow new data. */
  adopt() {
    const { payload } = this.stage.data;
    const { dataset } = document.documentElement;
    this.switch.hidden = Boolean(payload.compact) || !this.round.asks;
    // From here on this stage says what is covered on the page, not the link it was opened by.
    dataset.asking = [...new Set([...(dataset.asking ?? "").split(" "), payload.key])].join(" ").trim();
    const begins = this.round.on && this.round.at < 0;
    if (begins) this.round.start(payload.start);
    this.show(begins);
  }

  turn(/** @type {boolean} */ on, step = this.stage.transport.step) {
    if (!this.round.asks) return;
    this.stage.transport.pause();
    this.round.on = on;
    if (on && this.round.at < 0) this.round.start(step);
    this.show(true);
    this.bringIntoView();
  }

  bringIntoView() {
    // The stage's bar stays at the window's upper edge, higher on a phone; at the lower what folds while presented.
    const bar = this.stage.controls.node;
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const [above, under] = [Number.parseFloat(getComputedStyle(bar).top) + bar.offsetHeight + 0.3 * rem, 8 * rem];
    this.node.style.scrollMargin = `${above}px 0 ${under}px`;
    const fits = above + this.node.offsetHeight + under <= window.innerHeight;
    this.node.scrollIntoView({ block: fits ? "nearest" : "start" }); // the question rather than its last line
  }

  /** As a link says: ask about this step. */
  open(/** @type {number} */ step) {
    if (!this.round.asks) return;
    this.round.on = true;
    this.round.ask(step);
    this.show(true);
  }

  ask(/** @type {number} */ step) {
    if (step < 0) return;
    this.round.ask(step);
    this.show(true);
    this.bringIntoView();
  }

  reveal() {
    this.round.reveal();
    this.show(true);
    this.bringIntoView();
    this.stage.transport.hearStep();
  }

  /** What a clicker does: reveal, then the next question. */
  advance() {
    if (!this.round.open.revealed) this.reveal();
    else this.ask(this.round.next);
  }

  /** Cover and uncover, and stand at the question. */
  show(again = false) {
    const { stage } = this;
    if (again) stage.adoptData(stage.data.payload);
    const { cover, asking, at } = this.round;
    const { edges } = stage.data.clock;
    stage.transport.bound(cover && asking ? [edges[Math.max(0, at - 8)], edges[at]] : null);
    if (again && asking) stage.transport.seekStep(at);
    this.sync();
    if (!again) return;
    stage.relayout();
    // What came before belongs to the question.
    const { look } = stage;
    if (asking && look.layout) look.setView(edges[at] - (look.layout.plot / look.pps) * 0.6);
    stage.invalidate("view");
  }

  get inSight() {
    const { top, bottom } = this.node.getBoundingClientRect();
    return this.round.asking && bottom > 0 && top < window.innerHeight;
  }

  // -- keys ---------------------------------------------------------------------------

  /** What a key does while a question is open; null for a key that is not the question's. */
  keyAction(/** @type {KeyboardEvent} */ event) {
    const { round, stage: { transport } } = this;
    if (!round.asking) return null;
    const place = Number(event.key) - 1;
    if (place >= 0 && place < round.candidates.length) return () => this.choose(place);
    // In a lesson a clicker goes on with that, once the answer is out.
    const lesson = new URLSearchParams(location.search).has("plan");
    if (lesson && (event.key === "PageUp" || (event.key === "PageDown" && round.open.revealed))) return null;
    const behind = transport.step < round.at;
    const forward = () => (behind ? transport.stepBy(1) : this.advance());
    const back = () => transport.stepBy(-1);
    const act = { Enter: () => this.advance(), " ": () => this.advance(), ArrowRight: forward, PageDown: forward, ArrowLeft: back, PageUp: back };
    return Object.hasOwn(act, event.key) ? act[event.key] : null;
  }

  choose(/** @type {number} */ place) {
    this.round.choose(place);
    this.sync();
  }

  // -- drawing ------------------------------------------------------------------------

  sync() {
    const { round, stage: { data: { payload } } } = this;
    this.switch.setAttribute("aria-pressed", String(round.on));
    this.node.hidden = !round.asking;
    this.stage.root.classList.toggle("asking", round.asking);
    this.coverPage(payload.key);
    if (!round.asking) return;
    const drawn = JSON.stringify([round.asks?.about, round.asks?.labels, round.at, round.hands]);
    if (drawn !== this.drawn) this.build();
    this.drawn = drawn;
    setText(this.question, this.questionText());
    this.cards.forEach((card, place) => this.syncCard(card, place));
    const { revealed } = round.open;
    const done = revealed && round.next < 0;
    setText(/** @type {HTMLElement} */ (this.go.querySelector("span")), revealed ? t("Next step") : t("Reveal"));
    this.go.title = revealed ? t("Ask about the step after this one (→)") : t("Show the answer (Enter)");
    this.stage.controls.disable(this.go, done);
    setText(/** @type {HTMLElement} */ (this.further.querySelector("span")), round.whole ? t("Last word") : t("Drawn step"));
    this.further.title = round.whole ? t("Ask about the whole sentence") : t("Ask about some step further on, drawn by lot");
    this.stage.controls.disable(this.further, round.next < 0);
    this.hands.setAttribute("aria-pressed", String(round.hands));
    this.hands.disabled = revealed;
    const result = revealed ? this.resultText() : "";
    setText(this.result, result);
    this.result.hidden = !revealed;
    const score = this.scoreText();
    setText(this.score, score);
    this.score.hidden = this.forget.hidden = !score;
    this.say(revealed ? `${result} ${score}` : `${this.questionText()} ${this.cards.map(({ label }, place) => `${place + 1}: ${label}`).join("; ")}`);
  }

  say(text) {
    if (this.said !== text) this.spoken.textContent = text;
    this.said = text;
  }

  /** Cover what stands elsewhere on the page and would tell; see ui/parts/asking.py. */
  coverPage(key) {
    const { round } = this;
    const sheet = sheetOf(key);
    if (!round.asking || !round.asks) {
      sheet.replaceSync("");
      return;
    }
    const named = `[class*="st-key-tells_${key}"]`;
    // What was told of one sentence tells nothing of the next, whose answer may come before its stage.
    const what = round.told ? `${named}:has([data-of]):not(:has([data-of="${round.asks.about}"]))` : named;
    sheet.replaceSync(`${what}, ${what} * { visibility: hidden !important; } ${what} { position: relative; min-height: 3rem; }
      ${what}::before { content: "?"; visibility: visible; position: absolute; inset: 0; display: grid; place-items: center;
        font-size: 1.8rem; border: 1px dashed currentColor; border-radius: 8px; opacity: 0.55; }`);
  }

  build() {
    const { round } = this;
    this.cards = round.candidates.map((candidate, place) => {
      const label = round.asks?.labels[candidate] ?? "";
      const choose = button("", {
        className: "ask-choice", text: "", title: round.hands ? t("One hand more ({key})", { key: place + 1 }) : t("Choose it ({key})", { key: place + 1 }),
      });
      const told = element("span", { class: "ask-told" });
      choose.replaceChildren(element("kbd", { text: String(place + 1), "aria-hidden": "true" }), element("b", { text: label }), told);
      choose.addEventListener("click", () => this.choose(place));
      const count = element("input", {
        type: "number", min: "0", max: "999", inputmode: "numeric", class: "speed ask-count", "aria-label": t("Hands for {label}", { label }), hidden: !round.hands,
      });
      count.addEventListener("input", () => {
        round.setHands(place, Number(count.value));
        this.sync();
      });
      const node = element("div", { class: "ask-card" }, [choose, count]);
      return { node, choose, told, count, label };
    });
    setText(this.most, String(this.cards.length));
    this.choices.style.setProperty("--ask-count", String(this.cards.length));
    this.choices.replaceChildren(...this.cards.map(({ node }) => node));
  }

  syncCard({ node, choose, told, count }, place) {
    const { round } = this;
    const { revealed, pick, counts } = round.open;
    const share = round.hands ? (counts[place] || 0) / Math.max(1, round.raised) : 0;
    node.style.setProperty("--share", String(revealed ? round.chances[place] : share));
    node.classList.toggle("right", revealed && place === round.right);
    if (round.hands) choose.removeAttribute("aria-pressed");
    else choose.setAttribute("aria-pressed", String(place === pick));
    choose.disabled = revealed;
    const marks = [place === round.right ? "✓" : "", percentText(round.chances[place]), place === round.network ? t("network’s choice") : ""];
    setText(told, revealed ? marks.filter(Boolean).join(" · ") : " ");
    if (Number(count.value || 0) !== (counts[place] || 0) || !counts[place]) count.value = counts[place] ? String(counts[place]) : "";
    count.disabled = revealed;
  }

  questionText() {
    const { round, stage: { data } } = this;
    const place = { n: round.at + 1, total: data.clock.steps, question: round.asks?.question };
    if (round.whole) return t("Step {n}, after “{word}”. {question}", { ...place, word: data.nameOf(round.at) });
    return t("Step {n} of {total}: the cell reads {read}. {question}", { ...place, read: data.reads[round.at] });
  }

  resultText() {
    const { round, cards } = this;
    const share = (place) => percentText(round.chances[place]);
    const { right, network, answer } = round;
    const said = answer < 0 ? "" : round.hands
      ? (answer === right ? t("The class is right.") : t("The class said {label}.", { label: cards[answer].label }))
      : answer === right ? t("You are right.") : t("You said {label}.", { label: cards[answer].label });
    const told = { label: cards[right].label, share: share(right), other: cards[network].label, more: share(network) };
    const is = round.whole ? t("The network says {label}, {share}.", told)
      : right === network ? t("It is {label}, the network’s first choice too, {share}.", told)
        : t("It is {label}: the network gave it {share}, and {other} more, {more}.", told);
    return [is, said].filter(Boolean).join(" ");
  }

  scoreText() {
    const { round: { hands, score, whole } } = this;
    if (!score.asked) return "";
    const all = { right: score.right, asked: score.asked, network: score.network, p: percentText(score.p / score.asked), raised: score.raised, hands: score.hands };
    const mine = whole ? (hands ? t("The class said what the network says: {right} of {asked}", all) : t("You said what the network says: {right} of {asked}", all))
      : hands ? t("Right so far: the class {right} of {asked}", all) : t("Right so far: you {right} of {asked}", all);
    const raised = score.hands ? t("{raised} of {hands} hands", all) : "";
    const network = whole ? "" : t("the network {network} of {asked}; on average it gave the right one {p}", all);
    return [mine, raised, network].filter(Boolean).join(" · ");
  }
}
