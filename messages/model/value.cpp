#include "messages/model/value.hpp"

#include <algorithm>
#include <charconv>

namespace copal {

value::value(list_type x) : data_(std::move(x)) {}

value::value(map_type x) : data_(std::move(x)) {}

value value::map(std::initializer_list<value_member> members) {
  return {map_type(members)};
}

value value::list(std::initializer_list<value> items) {
  return {list_type(items)};
}

const value* value::find(std::string_view key) const noexcept {
  const auto* members = as_map();
  if (members == nullptr)
    return nullptr;
  const auto it = std::find_if(
    members->rbegin(), members->rend(), [key](const value_member& m) { return m.key == key; });
  return it == members->rend() ? nullptr : &it->val;
}

void value::set(std::string_view key, value v) {
  if (is_null())
    data_ = map_type{};
  auto* members = std::get_if<map_type>(&data_);
  if (members == nullptr)
    return;
  for (auto& m : *members) {
    if (m.key == key) {
      m.val = std::move(v);
      return;
    }
  }
  members->push_back({std::string{key}, std::move(v)});
}

namespace {

void print_scalar(const value& v, std::string& out) {
  if (const auto* b = v.as_bool())
    out += *b ? "true" : "false";
  else if (const auto* i = v.as_integer())
    out += std::to_string(*i);
  else if (const auto* d = v.as_real()) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, *d).ptr;
    out.append(buffer, end);
  } else if (const auto* s = v.as_text())
    out.append(1, '"').append(*s).append(1, '"');
  else
    out += "null";
}

void print(const value& v, std::string& out) {
  if (const auto* items = v.as_list()) {
    out += '[';
    for (const auto& item : *items) {
      if (out.back() != '[')
        out += ", ";
      print(item, out);
    }
    out += ']';
  } else if (const auto* members = v.as_map()) {
    out += '{';
    for (const auto& m : *members) {
      if (out.back() != '{')
        out += ", ";
      out += m.key;
      out += ": ";
      print(m.val, out);
    }
    out += '}';
  } else {
    print_scalar(v, out);
  }
}

} // namespace

std::string debug_string(const value& v) {
  std::string out;
  print(v, out);
  return out;
}

std::string to_string(const value& v) {
  std::string out{to_string(v.what())};
  if (const auto* items = v.as_list())
    out += " of " + std::to_string(items->size());
  else if (const auto* members = v.as_map())
    out += " of " + std::to_string(members->size());
  return out;
}

std::string_view to_string(value::kind k) {
  switch (k) {
    case value::kind::null:
      return "null";
    case value::kind::boolean:
      return "a boolean";
    case value::kind::integer:
      return "an integer";
    case value::kind::real:
      return "a number";
    case value::kind::text:
      return "text";
    case value::kind::list:
      return "a list";
    case value::kind::map:
      return "a map";
  }
  return "unknown";
}

} // namespace copal
