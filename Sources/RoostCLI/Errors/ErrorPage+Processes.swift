extension ErrorPage {
  /// How a worker is started.
  static let worker = [
    ErrorPage(
      "ROOST-W010", "the data folder belongs to other pools",
      "A data folder keeps the set of pools that it was first used for, because the broker knows its owner by it. Exit code 64.",
      do: "Start with the same --pool flags as before, or give this set a folder of its own with --data."),
    ErrorPage(
      "ROOST-W011", "the pool defaults contradict each other",
      "Two values of --set exclude each other; both are named. Exit code 64.",
      do: "Change one of the two. `roost worker --set help` lists the settings with their defaults."),
    ErrorPage(
      "ROOST-W012", "the subject prefix is not one",
      "The first tokens of all subjects may have A-Z a-z 0-9 _ - and dots between them. Exit code 64.",
      do: "Give another --prefix, the same to workers, runners and callers."),
    ErrorPage(
      "ROOST-W013", "the number of partitions is out of range",
      "It must be 1 to 4096. Exit code 64.", do: "Leave it at its default."),
    ErrorPage(
      "ROOST-W020", "another journal owns these pools",
      "The broker knows that another data folder has decided for these pools, or this one further than it is now: a second worker, "
        + "an emptied folder, or one restored from an earlier copy. Or a worker that serves has seen another process write for its "
        + "journal, so that one serves a copy of its folder. Going on would start actors twice. Exit code 78.",
      do:
        "Start the worker with the folder of the journal that is named (its file journal/identity has the id). If that is lost, "
        + "--adopt takes the pools over: all runners are closed and this journal goes on from the end of the stream. Never use "
        + "--adopt while the other worker runs. Of two copies of a folder go on with the one whose worker still runs, and with it "
        + "alone: what the other decided meanwhile is in no journal that counts."),
    ErrorPage(
      "ROOST-W030", "the health page cannot listen",
      "The address of --http is not this machine's, or in use and was so for 3 s. Exit code 64.",
      do: "Give another address, or port 0 for any; the log says which it became."),
    ErrorPage(
      "ROOST-W031", "the health page did not start",
      "The system gives no thread or descriptor for it. Exit code 64.",
      do: "Raise `ulimit -n`, or give another address with --http."),
  ]

  /// Runners; docs/runner.md.
  static let runner = [
    ErrorPage(
      "ROOST-R001", "another process has this runner's id",
      "A second process announced itself with the id, and the worker closed this one's session. Its actors were stopped. Exit code 1.",
      do: "Give every runner an --id of its own. One that is started again may have the id of the one before."),
    ErrorPage(
      "ROOST-R002", "the worker refuses the runner",
      "Its announcement breaks a limit, which is named.",
      do: "See docs/limits.md: slots, metadata, or runners of a pool."),
    ErrorPage(
      "ROOST-R003", "the system gives no process or descriptor",
      "An actor's process or its pipes could not be made. Exit code 71.",
      do: "Raise `ulimit -u` or `ulimit -n`, or offer fewer --slots."),
    ErrorPage(
      "ROOST-R004", "the process that looks after the actors was killed",
      "The runner's supervisor is gone, and the actors with it. They are lost, and the worker does what their crash policies say. "
        + "Exit code 71.",
      do: "Start the runner again. If nobody killed it, the system may have been out of memory (dmesg)."),
    ErrorPage(
      "ROOST-R005", "the command cannot be run",
      "There is no program of this name, or it may not be executed.",
      do: "Write a path behind `--`, or a name that is in PATH, and make it executable."),
    ErrorPage(
      "ROOST-R006", "the broker refuses the runner",
      "The connection was closed for good: user, password or permissions are wrong, or the certificate is.",
      do: "Check how the runner connects; docs/security.md has the permissions that a runner needs."),
  ]

  /// The broker as a client sees it.
  static let broker = [
    ErrorPage(
      "ROOST-N001", "the broker cannot be reached",
      "Nobody answers at the address, or not as a NATS server. A worker and a runner go on trying; a command ends with 69.",
      do: "Check --server (NATS_URL), and that nats-server runs and can be reached from here."),
    ErrorPage(
      "ROOST-N002", "the link to the broker is down",
      "It broke and is being made again. A worker decides nothing meanwhile and counts no silence of runners.",
      do: "Nothing, unless it lasts: then look at the broker."),
    ErrorPage(
      "ROOST-N003", "the connection was closed for good",
      "By us, or because the broker refuses us.", do: "See the line before it; check user, password and permissions."),
    ErrorPage(
      "ROOST-N004", "the broker did not answer in time",
      "What was asked may have happened or not. A signal sent again with the same --msg-id within two minutes is stored once.",
      do: "Try again; look at the load of the broker if it comes back."),
    ErrorPage(
      "ROOST-N005", "nobody listens there",
      "No worker serves the pool, or the server has JetStream off.",
      do: "Start a worker for the pool; start nats-server with JetStream (-js)."),
    ErrorPage(
      "ROOST-N006", "the broker answered with an error",
      "Its own words stand in the message.", do: "See them, and the log of nats-server."),
    ErrorPage(
      "ROOST-N007", "the stream is full",
      "ROOST_SIGNALS has reached its limit and refuses new signals, rather than drop what nobody has read. What was refused is not "
        + "stored.",
      do:
        "Start the worker that reads it, or find out why it stands still (/readyz). More room: `roost setup --max-bytes` for a new "
        + "stream, `nats stream edit` for one that is there."),
    ErrorPage(
      "ROOST-N008", "a stream is configured in another way",
      "A stream or bucket of this name is there with settings that Roost cannot work with; they are named.",
      do: "`roost setup --dry-run` prints what is wanted. Edit the stream, or use another --prefix."),
    ErrorPage(
      "ROOST-N009", "stream, message or key does not exist",
      "It was deleted, or never made.",
      do: "`roost setup` makes what is missing; a worker without --no-setup does so too."),
    ErrorPage(
      "ROOST-N010", "a key was changed by somebody else",
      "Between reading and writing it: two workers claimed the same pools at once.",
      do: "Start again; the one that came second is refused with the reason."),
    ErrorPage(
      "ROOST-N011", "the broker's answer cannot be understood",
      "It is not what nats-server 2.9.10 to 2.15 says.", do: "Check that --server is a NATS server, and its version."),
    ErrorPage(
      "ROOST-N012", "messages came faster than they were taken",
      "Some were dropped on the way to this process. Signals are read again; of runners that pinged no silence is counted.",
      do: "Nothing, unless it comes often: then this machine is too slow for its load."),
    ErrorPage(
      "ROOST-N013", "the message is larger than the broker takes",
      "max_payload of the server is smaller than the message. Nothing was published.",
      do: "Send less, or raise max_payload of nats-server (1 MiB by default)."),
    ErrorPage(
      "ROOST-N014", "the broker does not permit it",
      "It does not accept who we are, or not what we do; subject and operation are named.",
      do: "Check the credentials; docs/security.md has the permissions of workers, runners, publishers and observers."),
    ErrorPage(
      "ROOST-N015", "a subject or header is not one",
      "It has a blank, a control character, or nothing in it. Nothing was published.", do: "Correct it."),
    ErrorPage(
      "ROOST-N016", "the client library failed",
      "In a way that has no code of its own; its words stand in the message.",
      do: "Try again; report it if it comes back."),
    ErrorPage(
      "ROOST-N017", "too many requests wait for an answer",
      "The broker answers more slowly than it is asked.", do: "Ask less at once, and look at the load of the broker."),
    ErrorPage(
      "ROOST-N018", "a file that shows who we are is missing or not whole",
      "Credentials, nkey, certificate or context: the file and what is wrong with it are named. Exit code 64.",
      do: "Correct the path or the file; docs/security.md shows each kind."),
  ]
}
