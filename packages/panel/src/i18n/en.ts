/** Every word the panel shows. `ja.ts` has the same shape, checked by the compiler. */
export const en = {
  languageName: "English",
  home: "keruta: all tasks",
  tasks: "Tasks",
  taskCount: (count: number) => (count === 1 ? "1 task" : `${number(count)} tasks`),
  noTasks: "No tasks yet",
  noTasksHint: "Run a script with the agent and it appears here at once:",
  more: "Show older tasks",
  status: {
    PENDING: "Waiting",
    PROCESSING: "Running",
    WAITING_FOR_INPUT: "Waiting for input",
    COMPLETED: "Completed",
    FAILED: "Failed",
    CANCELLED: "Cancelled",
  },
  agentAway: "agent not connected",
  exitCode: (code: number) => `exit ${code}`,
  signal: (name: string) => `killed by ${name}`,
  columns: { status: "Status", task: "Task", lines: "Lines", started: "Started", elapsed: "Time" },
  lines: (count: number) => (count === 1 ? "1 line" : `${number(count)} lines`),
  attempt: "Attempt",
  attemptOf: (attempt: number, of: number) => `${attempt} of ${of}`,
  newerAttempt: (attempt: number) => `Attempt ${attempt} has begun`,
  show: "Show",
  log: (task: string, lines: number) => `Log of ${task}, ${number(lines)} lines`,
  logToolbar: "Log view",
  follow: "Follow",
  following: "Following",
  followHint: "Keep the newest line in view (F)",
  toEnd: "To the end",
  waitingLines: (lines: number) => `+${number(lines)} ${lines === 1 ? "line" : "lines"}`,
  waitingErrors: (errors: number) => `${number(errors)} ERROR`,
  wrap: "Wrap lines",
  levelCounts: "Lines by level",
  input: {
    open: "Send input",
    label: "Input for the script",
    waiting: "The script is waiting for input",
    send: "Send",
    end: "End of input",
    endHint: "Closes the script's standard input",
  },
  cancel: {
    ask: "Cancel task",
    sure: "End the script?",
    yes: "Yes, end it",
    no: "No",
    asked: "Cancelling…",
  },
  signIn: {
    title: "Sign in",
    hint: "This server asks who you are.",
    token: "Token or API key",
    username: "User name",
    password: "Password",
    or: "or",
    act: "Sign in",
    out: "Sign out",
    as: (name: string, role: string) => `Signed in as ${name} (${role})`,
  },
  emptyRunning: "No output yet",
  emptyRunningHint: "The script is running. Its first line appears here.",
  emptyPending: "Waiting for the script to start",
  emptyEnded: "The script printed nothing",
  loading: "Loading",
  connection: { connecting: "Connecting", live: "Live", waiting: "Disconnected" },
  complete: "Complete",
  disconnected: "Cannot reach the server. What you see stays readable.",
  retryIn: (seconds: number) => `Next try in ${seconds} s`,
  retryNow: "Try now",
  notFound: "There is no such task",
  notFoundHint: (task: string) => `No task has the id “${task}”. It appears here as soon as it starts.`,
  pageNotFound: "There is no such page",
  failed: "The log could not be opened",
  backToTasks: "All tasks",
  theme: "Theme",
  themes: { system: "System", light: "Light", dark: "Dark" },
  language: "Language",
  sources: { stdout: "", stderr: "err", agent: "agent" },
  continued: "continues",
  cut: (bytes: number) => `… ${size(bytes)} more, not shown`,
  announce: {
    ended: (state: string) => `The task has ended: ${state}`,
    paused: "Following paused",
    following: "Following the newest line",
  },
};

export type Messages = typeof en;

const numbers = new Intl.NumberFormat("en");

/** Grouped the same in both languages: 1,204. */
export function number(value: number): string {
  return numbers.format(value);
}

/** Bytes for a person: 512 B, 1.2 MB. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
