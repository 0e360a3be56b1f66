#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "compiler/types/catalog.h"
#include "compiler/types/needs.h"
#include "tests/support/database.h"
#include "tests/support/files.h"

namespace saiten::test {

// The rows of a query, columns separated by `|`, rows by line ends, null as `-`.
std::string Query(const std::string& path, const std::string& sql);

// Schemas as the checker would make them.
class CatalogBuilder {
 public:
  EnumId Enum(std::string name, std::vector<EnumMember> members);
  // An object with an int key `id`.
  ObjectId Object(std::string name, std::string table, Type key = Type::Int());
  uint32_t Property(ObjectId object, std::string name, Type type, std::string column = "");
  uint32_t Many(ObjectId object, std::string name, ObjectId child, uint32_t by);
  EventId Event(std::string name, ObjectId object, std::string table);
  uint32_t Field(EventId event, std::string name, Type type, std::string column = "");
  ListId List(std::string name, ObjectId object, std::string table = "");

  PropertyInfo& At(ObjectId object, uint32_t property) { return catalog.objects[object.index()].properties[property]; }
  EventInfo& At(EventId event) { return catalog.events[event.index()]; }

  Catalog catalog;
};

// Everything of the catalog.
Needs NeedAll(const Catalog& catalog);

}  // namespace saiten::test
