#pragma once

#include <cstddef>

#include "base/words.h"

// Files that are read through a mapping. Ours are only ever replaced under their name, never shortened in place; but
// another program may cut one, or its disk may fail, and then the system ends whoever reads there with SIGBUS.
namespace saiten {

// From now on such an end is one sentence on stderr and exit code 2; any other SIGBUS is what it was. Called once.
void HandleCutFiles();
void SetCutFileLanguage(Language language);
// From now on the sentence says that the results of the run are in the database.
void SayResultsAreKept();

// Says that [begin, begin + size) is a mapped file of the folder beside a database, as long as it lives. Those beyond
// the first 64 at a time are not remembered.
class MappingNote {
 public:
  MappingNote(const void* begin, size_t size);
  ~MappingNote();
  MappingNote(const MappingNote&) = delete;
  MappingNote& operator=(const MappingNote&) = delete;

 private:
  int place_ = -1;
};

}  // namespace saiten
