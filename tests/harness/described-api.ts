import { expect } from "bun:test";
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";

interface Operation {
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema: object }>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

export interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server as its own OpenAPI document describes it: every answer is held against that, and what was asked is kept count of. */
export class DescribedApi {
  /** `GET /tasks 200`, for every answer there was. */
  readonly answers = new Set<string>();
  /** Codes of the errors that were answered. */
  readonly codes = new Set<string>();
  readonly #schemas: Ajv2020;
  readonly #validators = new Map<object, ValidateFunction>();

  private constructor(
    private readonly url: string,
    private readonly document: Document,
  ) {
    this.#schemas = new Ajv2020({ strict: false, allErrors: true });
    addFormats(this.#schemas);
    this.#schemas.addSchema({ $id: "api", components: document.components });
  }

  static async of(url: string): Promise<DescribedApi> {
    const answer = await fetch(`${url}/api/openapi.json`);
    return new DescribedApi(url, (await answer.json()) as Document);
  }

  /** `GET /api/v1/tasks`, for every operation of the document. */
  get operations(): string[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  /** Asks, and throws where the answer is not as described. `path` is as the document has it or below `/api/v1`. */
  async ask(
    method: string,
    path: string,
    { body, headers = {} }: Asked = {},
  ): Promise<{ status: number; text: string }> {
    const address = /^\/(health|ready|metrics|debug|api)\b/.test(path) ? path : `/api/v1${path}`;
    const answer = await fetch(this.url + address, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const template = this.#templateOf(method, address.replace(/\?.*/, ""));
    if (template !== undefined) this.#check(method, template, answer, text);
    this.#keep(text);
    return { status: answer.status, text };
  }

  #templateOf(method: string, path: string): string | undefined {
    const fits = (template: string) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);
    const templates = Object.keys(this.document.paths).filter(
      (template) => fits(template) && this.document.paths[template]![method.toLowerCase()] !== undefined,
    );
    return templates.sort((a, b) => a.split("{").length - b.split("{").length)[0];
  }

  #check(method: string, template: string, answer: Response, text: string): void {
    const what = `${method} ${template} ${answer.status}`;
    const response = this.document.paths[template]![method.toLowerCase()]!.responses[answer.status];
    if (response === undefined) throw new Error(`${what} is not described: ${text}`);
    this.answers.add(what);
    const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
    const content = response.content?.[type];
    if (content === undefined) expect([what, type, text]).toEqual([what, "", ""]);
    else if (type === "application/json") this.#validate(what, content.schema, JSON.parse(text));
  }

  #validate(what: string, schema: object, value: unknown): void {
    const validate = this.#validators.get(schema) ?? this.#schemas.compile(rooted(schema));
    this.#validators.set(schema, validate);
    if (!validate(value))
      throw new Error(
        `${what} is not as described: ${this.#schemas.errorsText(validate.errors)} in ${JSON.stringify(value)}`,
      );
  }

  #keep(text: string): void {
    const [, code] = /^\{"error":\{"code":"(\w+)"/.exec(text) ?? [];
    if (code !== undefined) this.codes.add(code);
  }
}

/** The document's references, to where the validator has them. */
function rooted(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object;
}
