import { KerutaError } from "@keruta/protocol";
import { AllowedHosts } from "./auth/allowed-hosts.ts";
import { type Authenticator, createAuthenticator } from "./auth/authenticator.ts";
import { CrossSite } from "./auth/cross-site.ts";
import { SignIn } from "./auth/sign-in.ts";
import type { Settings } from "./config.ts";
import type { SocketPlace } from "./connection.ts";
import type { Identity } from "./identity.ts";
import { isLoopback } from "./loopback.ts";
import { may } from "./permissions.ts";
import { RateLimiter } from "./rate-limit/rate-limiter.ts";
import { maxBodyBytes } from "./request-limits.ts";

/** What is asked often and costs nothing, or what must be answered to whoever asks. */
const uncounted = /^\/(api\/)?(v1\/)?(health|ready|metrics)$/;

/** Where a request is let in, or not: the host it asks for, whose page it is from, who asks, how often. */
export class Admission {
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter;
  readonly crossSite: CrossSite;
  readonly signIn: SignIn;
  readonly #hosts: AllowedHosts;

  /** Throws StartError. */
  constructor(settings: Settings) {
    this.authenticator = createAuthenticator(settings.auth, Date.now, settings.logger);
    const isCounted = this.authenticator.isRequired || !isLoopback(settings.host);
    this.limiter = new RateLimiter(settings.rateLimits, isCounted, () => performance.now());
    this.crossSite = new CrossSite(settings);
    this.signIn = new SignIn({
      authenticator: this.authenticator,
      settings: settings.auth,
      demandLogIn: (address, username) => this.limiter.demandLogIn(address, username),
      nowMs: Date.now,
      logger: settings.logger,
    });
    this.#hosts = new AllowedHosts(settings);
  }

  /** Throws FORBIDDEN: asked for by a name that is not ours, or by a page that may not. */
  demandHttp(request: Request): void {
    this.#hosts.demand(request.headers.get("host"));
    this.crossSite.demandHttp(request);
  }

  /** As `demandHttp`, of the request that opens a socket. */
  demandSocket(request: Request): void {
    this.#hosts.demand(request.headers.get("host"));
    this.crossSite.demandSocket(request);
  }

  /**
   * Counts a request to the API. Lines are counted where they are submitted (`RateLimiter.paceLines`), what is not
   * the API not at all. Throws RateLimitError, PAYLOAD_TOO_LARGE.
   */
  async demandAllowance(request: Request, address: string, identify: () => Promise<Identity>): Promise<void> {
    if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes)
      throw new KerutaError("PAYLOAD_TOO_LARGE", `a request may have ${maxBodyBytes} bytes`);
    const path = new URL(request.url).pathname;
    if (!isApi(path) || uncounted.test(path) || submitsLines(request, path)) return;
    this.limiter.demandRequest(await identify().catch(() => undefined), address, path.includes("/segments/"));
  }

  /**
   * Who opens a socket; undefined: they have yet to say so. Throws RateLimitError, UNAUTHORIZED for what is shown and
   * not good, FORBIDDEN for somebody the task is not there for.
   */
  async demandPlace(
    request: Request,
    address: string,
    { taskId }: SocketPlace,
  ): Promise<Identity | undefined> {
    const shown = this.authenticator.identifyIfShown(request);
    const identity = await shown.catch(() => undefined);
    this.limiter.demandConnection(identity, address, taskId ?? "");
    await shown;
    if (identity !== undefined && taskId !== undefined && !may(identity, "read", taskId))
      throw new KerutaError("FORBIDDEN", `${identity.name} may not see task ${taskId}`);
    return identity;
  }
}

/** Under `/api`, or one of the addresses without it that older clients use. */
function isApi(path: string): boolean {
  return /^\/(api|tasks)(\/|$)/.test(path);
}

function submitsLines({ method }: Request, path: string): boolean {
  return method === "POST" && /\/logs?$/.test(path);
}
