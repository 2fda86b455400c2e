/** The name with its picture: lines of a log, the last one live. */
export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold">
      <svg viewBox="0 0 20 20" width="20" height="20" fill="none" aria-hidden="true">
        <path
          d="M2.5 4.5h9M2.5 10h14M2.5 15.5h6"
          stroke="var(--color-info)"
          strokeWidth="2.25"
          strokeLinecap="round"
        />
        <circle cx="14.5" cy="15.5" r="2.25" fill="var(--color-success)" />
      </svg>
      keruta
    </span>
  );
}
