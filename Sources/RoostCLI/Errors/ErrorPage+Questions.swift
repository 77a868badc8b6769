extension ErrorPage {
  /// Errors of the API that signals do not have.
  static let questions = [
    ErrorPage(
      "not_ready", "the worker cannot answer yet",
      "It reads the stream to its end after a start, or is being stopped. /readyz says how far it is.", do: "Ask again."
    ),
    ErrorPage(
      "journal_full", "the worker decides nothing, for want of room",
      "Its data folder is full. Signals are kept in the stream and nothing is lost.",
      do: "Free space on the file system of the data folder; it goes on by itself. See ROOST-J002."),
    ErrorPage(
      "busy", "too many ask at once", "Questions that wait have a bound (docs/limits.md).", do: "Ask again in a second."
    ),
    ErrorPage(
      "ready_timeout", "the actor was not ready in time",
      "The caller's own limit is over. The wake stands: the actor still starts when it can.",
      do: "`roost actor explain NS/POOL ACTOR` says what it waits for."),
    ErrorPage(
      "too_many_waiters", "16 callers wait for this actor already",
      "The wake counts, and the actor is being woken; only this caller is not told.", do: "Ask again, or look with get."
    ),
    ErrorPage(
      "not_stored", "it is not known that the wake was stored",
      "The broker did not acknowledge it in time, or refused it.", do: "Ask again; a second wake does no harm."),
    ErrorPage(
      "unreadable", "the journal's files cannot be read",
      "The past cannot be told. What is served now does not depend on it.",
      do: "`roost journal verify --data DIR` says what is wrong; see ROOST-J005."),
  ]
}
