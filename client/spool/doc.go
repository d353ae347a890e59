// Package spool keeps messages on disk until a broker has acknowledged them, on devices that lose power at any moment.
//
// A spool is a directory of its own. It holds segments, files to which records are only ever appended, a cursor, which
// says up to where the broker has everything, and two lock files. A record has its own checksum, so that a write that
// was cut off, or a byte that the flash has changed, costs this record alone. What is skipped for that is kept in a file
// beside the segments. A segment goes when all of it is delivered.
//
// What [Spool.Add] was given survives a loss of power once [Spool.Sync] has returned. The cursor is saved at most once a
// second while messages are delivered, so that a loss of power then has about a second of them delivered again.
//
// Several processes may use one spool: each append takes a lock for as long as it lasts, and one process at a time
// holds the other lock and delivers. Credentials are never part of a record.
package spool
