extension ErrorPage {
  /// The data folder; docs/journal.md has what lies behind them.
  static let journal = [
    ErrorPage(
      "ROOST-J001", "another process has the data folder",
      "A worker or a tool holds the lock of the folder, so that no two write one journal. Exit code 75. Nothing was changed.",
      do: "Stop the process whose id is named, or give this one a folder of its own with --data."),
    ErrorPage(
      "ROOST-J002", "no room in the data folder",
      "The disk or a quota is full. The log was cut back to its last whole record, nothing that was promised is lost, and the "
        + "worker decides nothing: signals wait in their stream, whoever waits is told PENDING journal_full.",
      do:
        "Free space on the file system of the data folder. The worker goes on by itself within a second; it needs no restart."
    ),
    ErrorPage(
      "ROOST-J003", "a flush of the journal failed",
      "fdatasync gave an error, so what is on the device is not known. It is never tried again, because the system may have "
        + "dropped what it could not write. The worker ended with 74; nothing was told to anybody that was not flushed before.",
      do: "Look at the device (dmesg, smartctl). Then start the worker again: recovery reads what is there and goes on."
    ),
    ErrorPage(
      "ROOST-J004", "the data folder cannot be written",
      "The file system is mounted read-only, or this user may not write there. Exit code 74. Nothing was changed.",
      do: "Remount it for writing, or give the user of the worker write permission on the folder and all in it."),
    ErrorPage(
      "ROOST-J005", "the device of the journal failed",
      "A write or a change of the folder gave an error that is neither want of room nor of permission, or a read one that is more "
        + "than a place which the device cannot read. The worker ended with 74 and tried nothing again.",
      do: "Look at the device (dmesg, smartctl). Then start the worker again, or `roost doctor --data DIR` first."),
    ErrorPage(
      "ROOST-J006", "a record is too large for the journal",
      "One record would have been over the limit of a payload (docs/limits.md). The worker keeps its batches far below it, so this "
        + "is a defect of Roost. Nothing was written.",
      do: "Report it with the log. A worker that is started again reads the signals again."),
    ErrorPage(
      "ROOST-J007", "a group of records does not fit a segment",
      "Records that must become durable together would not fit one segment. The worker keeps its groups far below it, so this is a "
        + "defect of Roost. Nothing was written.",
      do: "Report it with the log. A worker that is started again reads the signals again."),
    ErrorPage(
      "ROOST-J008", "the partition is quarantined",
      "Records of this partition are damaged, so it is read no further and nothing may be added to it: its pools are not served "
        + "and their signals go to the dead letters with the reason quarantined. All other pools are served. If every partition is "
        + "quarantined, nothing can be served or written down, and a worker ends at the start with exit code 74.",
      do:
        "`roost journal verify --data DIR` says what is damaged. Stop the worker, keep a copy of the folder (cp -a), restore a "
        + "copy that is as new, or see what `roost journal repair` can keep. Afterwards `roost dead redrive --reason quarantined`."
    ),
    ErrorPage(
      "ROOST-J009", "the identity of the journal is missing or damaged",
      "There are segments without the file that says whose they are. Who owns the pools is decided by it, so a new one is never "
        + "made up.",
      do: "Restore the file `identity` together with the segments beside it, from the same copy."),
    ErrorPage(
      "ROOST-J010", "the journal was written by a newer program",
      "Its format says that this version must not read it. Nothing was changed.",
      do: "Start the version that wrote it, or a newer one."),
    ErrorPage(
      "ROOST-J011", "the journal is damaged and cannot go on",
      "After the damage there is no sound record from which to go on, or a file is another journal's. A start would have to forget "
        + "what was promised, so there is none.",
      do:
        "Keep a copy of the folder (cp -a) and restore one that is as new; a file that is not in its place can be put back. `repair` "
        + "cannot help. Without a copy, an empty folder and --adopt take the pools over: all runners are closed."),
    ErrorPage(
      "ROOST-J012", "the journal begins too late",
      "The oldest segment that is there begins after the records that are needed: segments, or the snapshot that stands for them, "
        + "were removed.",
      do: "Restore the removed files, or a newer snapshot, from a copy of the folder."),
    ErrorPage(
      "ROOST-J013", "the journal is closed",
      "Something was to be written after the journal was closed, which is a defect of Roost. Nothing was written.",
      do: "Report it with the log, and start the worker again."),
    ErrorPage(
      "ROOST-J014", "the data folder cannot be made",
      "There is no folder of this name, and making it failed. Exit code 74.",
      do: "Make its parent folder, or name another with --data."),
    ErrorPage(
      "ROOST-J015", "there is no journal to read",
      "The folder has no journal in it: nobody has worked there, or it is another folder than was meant.",
      do: "Name a worker's data folder; of a folder of `roost up` it is the subfolder `journal`."),
    ErrorPage(
      "ROOST-J016", "a file of the journal is no regular file",
      "A folder, pipe, socket or device has the name of a file that the journal reads or writes. Nothing was changed.",
      do: "Restore the file from a copy of the folder, or remove what is there if it does not belong to the journal."),
  ]
}
