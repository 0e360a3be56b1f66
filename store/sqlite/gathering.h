#pragma once

// Private to store/sqlite.
namespace saiten::store {

// The name of a file system layer for SQLite that hands on what is written one behind the other in large pieces. SQLite
// writes a page of a journal in three, and a page of the database at a time. All of it is handed on before anything
// else is done to the file: what was written before SQLite had it brought to the disk, or let go of a lock, is as safe
// as ever. nullptr: there is no memory for it.
const char* GatheringFiles();

}  // namespace saiten::store
