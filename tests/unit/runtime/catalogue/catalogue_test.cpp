// SPDX-License-Identifier: Apache-2.0
#include "runtime/catalogue/catalogue.h"

#include <catch2/catch.hpp>
#include <set>

using namespace recipe;

TEST_CASE("every field is found by its name and by its number, and nothing else is") {
  for (const FieldInfo& field : all_fields()) {
    CAPTURE(field.name);
    CHECK(is_field(static_cast<uint16_t>(field.id)));
    CHECK(&info(field.id) == &field);
    if (field.list == FieldId::kNone) {
      CHECK(find_field(field.name) == &field);
    } else {
      CHECK(find_element(field.list, field.name) == &field);
      CHECK(find_field(field.name) == nullptr);
    }
  }
  CHECK(find_field("process.nam") == nullptr);
  CHECK(find_field("") == nullptr);
  CHECK(find_element(FieldId::argv, "name") == nullptr);
  CHECK(find_element(FieldId::kNone, "process.name") == nullptr);
  CHECK_FALSE(is_field(0));
  CHECK_FALSE(is_field(255));
  CHECK_FALSE(is_field(65535));
}

TEST_CASE("every event is found by its name and by its number, and nothing else is") {
  for (const EventInfo& event : all_events()) {
    CHECK(find_event(event.name) == &event);
    CHECK(&info(event.id) == &event);
    CHECK(is_event(static_cast<uint16_t>(event.id)));
  }
  CHECK(find_event("exek") == nullptr);
  CHECK_FALSE(is_event(0));
}

TEST_CASE("numbers and names are unique, and numbers fit an Event's table") {
  std::set<FieldId> numbers;
  std::set<std::string_view> names;
  for (const FieldInfo& field : all_fields()) {
    CHECK(numbers.insert(field.id).second);
    CHECK(static_cast<size_t>(field.id) < 192);
    CHECK_FALSE(field.doc.empty());
    CHECK_FALSE(field.example.empty());
    if (field.list == FieldId::kNone) {
      CHECK(names.insert(field.name).second);
    } else {
      CHECK(info(field.list).type == Type::kRecordList);
    }
  }
}

TEST_CASE("types have the words of the language, and the hash is one number a build") {
  CHECK(type_name(Type::kStringList) == "list of string");
  CHECK(type_name(Type::kPath) == "path");
  CHECK(catalogue_hash() == catalogue_hash());
  CHECK(catalogue_hash() != 0);
}
