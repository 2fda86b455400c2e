import type { LogUpdate, Row } from "../worker/messages.ts";
import { LogCanvas } from "./log-canvas.ts";
import type { LogFeed } from "./log-feed.ts";
import { RowCache } from "./row-cache.ts";
import type { RowLook } from "./row-element.ts";
import { RowHeights } from "./row-heights.ts";
import { RowPool } from "./row-pool.ts";
import { RowRequests } from "./row-requests.ts";
import { maxCanvasPx, ScrollModel } from "./scroll-model.ts";

export const rowPx = 20;
/** When scrolling has rested for this long, the canvas is put where the view is. */
const restMs = 150;

const releases = ["pointerup", "pointercancel"] as const;

/** What the page shows around the log. */
export interface SurfaceState {
  readonly isFollowing: boolean;
  /** Lines and errors that came since following stopped. */
  readonly waitingLines: number;
  readonly waitingErrors: number;
}

export interface SurfaceOptions {
  readonly feed: LogFeed;
  readonly look: RowLook;
  readonly isWrapped: boolean;
  readonly onState: (state: SurfaceState) => void;
}

/**
 * The log itself, in a scroller it is given. Everything is drawn in one place, `#draw`, at most once a frame. Rows that have not come
 * yet are placeholders of the same height; nothing ever moves because something arrived, unless following.
 */
export class LogSurface {
  readonly #pool = new RowPool();
  readonly #canvas: LogCanvas;
  readonly #cache = new RowCache();
  readonly #requests: RowRequests;
  readonly #heights = new RowHeights(rowPx);
  readonly #stopListening: () => void;
  readonly #resizes: ResizeObserver;
  #model: ScrollModel;
  #look: RowLook;
  #isWrapped: boolean;
  #update: LogUpdate | undefined;
  #frame = 0;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #isUndrawn = false;
  #isHeld = false;
  #leftAt = { head: 0, errors: 0 };

  constructor(
    private readonly scroller: HTMLElement,
    private readonly options: SurfaceOptions,
  ) {
    this.#look = options.look;
    this.#isWrapped = options.isWrapped;
    this.#model = this.#newModel();
    this.#canvas = new LogCanvas(scroller, this.#pool);
    this.#requests = new RowRequests(options.feed, this.#cache);
    scroller.addEventListener("scroll", this.#scrolled, { passive: true });
    scroller.addEventListener("wheel", this.#wheeled, { passive: true });
    scroller.addEventListener("pointerdown", this.#pressed);
    for (const end of releases) window.addEventListener(end, this.#released);
    this.#resizes = new ResizeObserver(() => this.#resized());
    this.#resizes.observe(scroller);
    this.#stopListening = options.feed.listen({
      update: this.#updated,
      rows: this.#arrived,
      reopened: this.#reopened,
    });
    this.#applyWrap();
  }

  destroy(): void {
    this.#stopListening();
    this.#resizes.disconnect();
    this.scroller.removeEventListener("scroll", this.#scrolled);
    this.scroller.removeEventListener("wheel", this.#wheeled);
    this.scroller.removeEventListener("pointerdown", this.#pressed);
    for (const end of releases) window.removeEventListener(end, this.#released);
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#restTimer);
    this.scroller.replaceChildren();
  }

  setLook(look: RowLook): void {
    this.#look = look;
    this.#drawSoon();
  }

  setWrapped(isWrapped: boolean): void {
    if (isWrapped === this.#isWrapped) return;
    const { topRow, following } = this.#model;
    this.#isWrapped = isWrapped;
    this.#model = this.#newModel();
    this.#model.resize(this.#rowCount, this.scroller.clientHeight);
    if (!following) this.#model.goTo(topRow);
    this.#applyWrap();
    this.#drawSoon();
  }

  follow(): void {
    this.#model.follow();
    this.#askForRows();
    this.#drawSoon();
  }

  pause(): void {
    this.#model.following = false;
    this.#left();
    this.#drawSoon();
  }

  /** Puts a row, counted from 0, at the upper edge. */
  goTo(row: number): void {
    const wasFollowing = this.#model.following;
    this.#model.goTo(row);
    if (wasFollowing) this.#left();
    this.#rest();
    this.#drawSoon();
  }

  /** By screens, less a row that stays in view, or by rows. Not the browser's own: its smooth scrolling goes on after the next jump. */
  move(unit: "screen" | "row", count: number): void {
    const wasFollowing = this.#model.following;
    this.#model.moveBy(count * (unit === "row" ? rowPx : Math.max(rowPx, this.#model.viewportPx - rowPx)));
    this.#model.following = count > 0 && this.#model.isAtEnd;
    if (wasFollowing && !this.#model.following) this.#left();
    this.#rest();
    this.#drawSoon();
  }

  get isFollowing(): boolean {
    return this.#model.following;
  }

  get #rowCount(): number {
    return this.#lineCount + (this.#update?.partials.length ?? 0);
  }

  get #lineCount(): number {
    return this.#update === undefined ? 0 : this.#update.head - this.#update.first + 1;
  }

  /** One more than fit, because the first may be half hidden. */
  get #poolSize(): number {
    return Math.ceil(this.#model.viewportPx / rowPx) + 1;
  }

  #newModel(): ScrollModel {
    const cap = maxCanvasPx(window.devicePixelRatio);
    return new ScrollModel(rowPx, cap, this.#isWrapped ? this.#heights.of : undefined);
  }

  #applyWrap(): void {
    this.scroller.classList.toggle("is-wrapped", this.#isWrapped);
    this.#heights.clear();
    this.#canvas.resetWidth();
  }

  readonly #updated = (update: LogUpdate): void => {
    const deleted = update.first - (this.#update?.first ?? update.first);
    if (deleted > 0) this.#rowsGone(deleted);
    this.#update = update;
    this.#isUndrawn = true;
    this.#cache.add(update.rows);
    this.#drawSoon();
  };

  /** The first rows were deleted: those that are left stay where the reader sees them. */
  #rowsGone(count: number): void {
    const { topRow, following } = this.#model;
    this.#heights.clear();
    if (following) return;
    this.#model.goTo(topRow - count);
    this.#requests.forget();
    this.#restSoon();
  }

  readonly #arrived = (rows: readonly Row[]): void => {
    this.#cache.add(rows);
    this.#requests.forget();
    this.#drawSoon();
  };

  readonly #reopened = (): void => {
    this.#requests.forget();
    this.#askForRows();
  };

  readonly #scrolled = (): void => {
    if (this.#isResized) return this.#resized();
    const wasFollowing = this.#model.following;
    this.#model.scrolled(this.scroller.scrollTop);
    if (wasFollowing && !this.#model.following) this.#left();
    if (!wasFollowing && this.#model.following) this.#askForRows();
    this.#restSoon();
    if (this.#model.mustAnchor) this.#rest();
    this.#drawSoon();
  };

  /** A canvas that is already as long as it can be does not move while lines come, so the wheel says it first. */
  readonly #wheeled = (event: WheelEvent): void => {
    if (event.deltaY < 0 && this.#model.following && this.#model.maxTopRow > 0) this.pause();
  };

  /** Rows stand still under a pressed button, or no text could be selected while lines come. */
  readonly #pressed = (event: PointerEvent): void => {
    this.#isHeld = event.button === 0 && this.#pool.node.contains(event.target as Node);
  };

  readonly #released = (): void => {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (this.#model.following && document.getSelection()?.isCollapsed === false) this.pause();
    this.#drawSoon();
  };

  /** The reader may have scrolled since, and the event not come yet: putting the canvas back would undo it. */
  readonly #rested = (): void => {
    if (this.#model.isAt(this.scroller.scrollTop)) this.#rest();
    else this.#scrolled();
  };

  #restSoon(): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(this.#rested, restMs);
  }

  #rest(): void {
    this.#place(this.#model.anchor);
  }

  #place(scrollTop: number): void {
    if (Math.abs(this.scroller.scrollTop - scrollTop) >= 1) this.scroller.scrollTop = scrollTop;
    this.#model.placed(this.scroller.scrollTop);
  }

  /** A view that grows or shrinks makes the browser scroll, which the reader did not do. */
  get #isResized(): boolean {
    return this.scroller.clientHeight !== this.#model.viewportPx;
  }

  #resized(): void {
    this.#model.placed(this.scroller.scrollTop);
    this.#heights.clear();
    this.#drawSoon();
  }

  #left(): void {
    this.#leftAt = { head: this.#update?.head ?? 0, errors: this.#update?.levelCounts.ERROR ?? 0 };
    this.#requests.forget();
    this.#askForRows();
  }

  #drawSoon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#draw);
  }

  readonly #draw = (): void => {
    this.#frame = 0;
    if (this.#update === undefined || (this.#isHeld && this.#model.following)) return;
    if (this.#isResized) this.#model.placed(this.scroller.scrollTop);
    this.#model.resize(this.#rowCount, this.scroller.clientHeight);
    this.#showRows();
    this.#sizeCanvas();
    this.#askForRows();
    this.#tellState();
    if (this.#isUndrawn) this.options.feed.drawn();
    this.#isUndrawn = false;
  };

  #showRows(): void {
    // Wrapped, a screen above is laid out too: scrolling up by pixels asks how high those rows are.
    const above = this.#isWrapped ? this.#poolSize : 0;
    const count = Math.min(this.#poolSize + above, this.#rowCount);
    const first = Math.max(0, Math.min(Math.floor(this.#model.topRow) - above, this.#rowCount - count));
    this.#pool.show(first, count, this.#rowAt, this.#look);
    if (this.#isWrapped && this.#heights.measured(first, this.#pool.heights()))
      this.#model.resize(this.#rowCount, this.#model.viewportPx);
    this.#pool.node.style.transform = `translateY(${-Math.round(this.#hiddenPx(first))}px)`;
  }

  /** How much of the rows from `first` on lies above the upper edge. */
  #hiddenPx(first: number): number {
    const { topRow } = this.#model;
    if (!this.#isWrapped) return (topRow - first) * rowPx;
    let px = 0;
    const whole = Math.floor(topRow);
    for (let row = first; row < whole; row++) px += this.#heights.of(row);
    return px + (topRow - whole) * this.#heights.of(whole);
  }

  readonly #rowAt = (index: number): Row | undefined => {
    const lines = this.#lineCount;
    const first = this.#update?.first ?? 1;
    return index < lines ? this.#cache.get(first + index) : this.#update?.partials[index - lines];
  };

  #sizeCanvas(): void {
    const { canvasPx, viewportPx, following } = this.#model;
    if (this.#canvas.setHeight(canvasPx)) this.#model.placed(this.scroller.scrollTop);
    this.#canvas.fitLayer(viewportPx, this.#rowCount);
    if (!this.#isWrapped) this.#canvas.widen();
    if (following) this.#place(canvasPx - viewportPx);
  }

  #askForRows(): void {
    this.#requests.ask({
      isFollowing: this.#model.following,
      topRow: this.#model.topRow,
      size: this.#poolSize,
      first: this.#update?.first ?? 1,
      head: this.#update?.head ?? 0,
    });
  }

  #tellState(): void {
    const { following } = this.#model;
    const update = this.#update!;
    this.options.onState({
      isFollowing: following,
      waitingLines: following ? 0 : update.head - this.#leftAt.head,
      waitingErrors: following ? 0 : update.levelCounts.ERROR - this.#leftAt.errors,
    });
  }
}
