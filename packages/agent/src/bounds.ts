/** Every bound of the agent that is not a setting. Sizes are bytes unless the name says otherwise. */
export const bounds = {
  /** Chunks being compressed at once; at the bound the pipes are not read. */
  maxChunksCompressing: 4,
  /** Chunks whose columns are smaller are compressed at once instead of on another thread. */
  compressInlineBytes: 32 * 1024,
  /** A spool file is closed, and another begun, when it reaches this. */
  spoolFileBytes: 8 * 1024 * 1024,
  /** Newest chunks kept in memory beside the disk, so that the usual case reads no file. */
  recentBytes: 2 * 1024 * 1024,
  /** Chunks kept in memory while the disk cannot be written; at the bound the pipes are not read. */
  unwrittenBytes: 8 * 1024 * 1024,
  /** A disk that could not be written is tried again this often. */
  diskRetryMs: 1_000,
  /** A spool whose heartbeat is older than this, and whose owner cannot be looked up, is left behind. */
  ownerTimeoutMs: 30_000,
  ownerHeartbeatMs: 5_000,
  /** Bytes handed to the socket that the kernel has not taken; past it the agent waits. */
  socketBufferBytes: 1024 * 1024,
  socketBufferPollMs: 5,
  /** Chunks on the way without an acknowledgement, however small they are. */
  maxChunksInFlight: 1_024,
  /** A connection on which an acknowledgement is due this long is given up. */
  acknowledgeTimeoutMs: 30_000,
  reconnectMinMs: 100,
  /** A connection that lived this long starts the back-off over. */
  healthyConnectionMs: 5_000,
  /** Text without a newline is shown live after it has stood this long, and then at most this often. */
  partialAfterMs: 50,
  /** A shorter value, or one of a variable that is secret by its name alone, is not masked: the log says so. */
  leastSecretBytes: 4,
  leastVariableSecretBytes: 6,
  /** A shorter line of a secret of several lines is masked only together with the others. */
  leastSecretLineBytes: 8,
  /** A longer value is refused. */
  maxSecretBytes: 64 * 1024,
  /** A longer form of a secret is looked for in parts of this length. */
  secretPieceBytes: 1_024,
  /** Secrets of one run; one more is refused, and the log says so. */
  maxSecrets: 2_000,
  /** Text that may begin a secret, or a line that patterns are to judge, waits at most twice this long for its rest. */
  maskPauseMs: 50,
  /** So much of a secret's beginning is not shown even though its rest has not come by then. */
  tellingBytes: 3,
  /** A longer line is searched for patterns in parts of this length. */
  maxJudgedLineBytes: 64 * 1024,
  /** The log says at most this often how many lines were left out of it. */
  leftOutToldEveryMs: 5_000,
  /** Text for the script's standard input that it has not read; past it the server must send again. */
  maxQueuedInputBytes: 1024 * 1024,
  /** Output of the script's terminal that waits to be taken; past it the terminal's output is stopped. */
  maxTerminalBytes: 256 * 1024,
  /** The script may wait for input when it has printed nothing for so long: behind unfinished text, and else. */
  quietBehindTextMs: 200,
  quietMs: 1_000,
  /** The same where nothing tells what a process is doing: then only unfinished text counts. */
  quietUnknownMs: 2_000,
  /** Longest time between two looks at what a quiet script is doing. */
  maxLookPauseMs: 4_000,
  /** Threads of the script's processes that are looked at; more are passed over. */
  maxThreadsLookedAt: 512,
  /** Descriptors in one wait of a program that are looked at; more are passed over. */
  maxWaitedDescriptors: 1_024,
  /** Less room for the spool, or less memory left, is unhealthy; so is an agent that uses more than it can need. */
  leastFreeDiskBytes: 64 * 1024 * 1024,
  leastFreeMemoryBytes: 32 * 1024 * 1024,
  mostMemoryBytes: 1024 * 1024 * 1024,
} as const;
