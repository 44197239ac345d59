#include "adapters/yaml/tree_builder.hpp"

#include "adapters/yaml/characters.hpp"
#include "adapters/yaml/scalar.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace copal::yaml {
namespace {

int line_of(const YAML::Mark& mark) {
  return mark.line + 1;
}

/// "int" of `tag:yaml.org,2002:int`; empty for other tags.
std::string_view standard_type(std::string_view tag) {
  constexpr std::string_view beginning = "tag:yaml.org,2002:";
  return tag.starts_with(beginning) ? tag.substr(beginning.size()) : std::string_view{};
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

struct extent {
  std::size_t nodes = 1;
  std::size_t depth = 0;
};

extent extent_of(const value& v) {
  extent sum;
  const auto add = [&sum](const value& below) {
    const auto part = extent_of(below);
    sum.nodes += part.nodes;
    sum.depth = std::max(sum.depth, part.depth);
  };
  if (const auto* items = v.as_list())
    std::for_each(items->begin(), items->end(), add);
  else if (const auto* members = v.as_map())
    for (const auto& m : *members)
      add(m.val);
  else
    return sum;
  ++sum.depth;
  return sum;
}

/// The maps that `<<` names, the first of which wins; empty when it names something else.
std::vector<const value::map_type*> sources_of(const value& from) {
  std::vector<const value::map_type*> sources;
  if (const auto* one = from.as_map())
    sources.push_back(one);
  else if (const auto* several = from.as_list())
    for (const auto& item : *several) {
      if (item.as_map() == nullptr)
        return {};
      sources.push_back(item.as_map());
    }
  return sources;
}

} // namespace

tree_builder::tree_builder(std::string_view text, const limits& bound)
  : text_(text),
    line_starts_{0},
    bound_(bound) {
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    line_starts_.push_back(at + 1);
}

void tree_builder::refuse(const YAML::Mark& at, errc code, std::string what) {
  throw refusal{at, {code, std::move(what)}};
}

void tree_builder::count(const YAML::Mark& at, std::size_t nodes) {
  nodes_ += nodes;
  if (nodes_ > bound_.max_nodes)
    refuse(at,
      errc::exhausted,
      "more than " + std::to_string(bound_.max_nodes) + " values, counting what aliases stand for");
}

void tree_builder::OnDocumentStart(const YAML::Mark& mark) {
  if (std::exchange(began_, true))
    refuse(mark, errc::invalid_input, "a second document; one file holds one");
}

void tree_builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (expects_key())
    refuse(mark, errc::invalid_input, "a key that is empty");
  // A value that is left out is reported at the token after it, lines later; its key stands nearer.
  const bool of_map = !open_.empty() && open_.back().is_map;
  if (of_map && open_.back().is_block)
    check_colon(*open_.back().key);
  add_scalar(of_map ? open_.back().key->at : mark, value{}, anchor);
}

void tree_builder::OnScalar(
  const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) {
  const bool plain = tag == "?";
  if (!is_utf8(text)) // yaml-cpp makes single bytes of \N and \_
    refuse(mark, errc::invalid_input, "an escape that is not supported");
  if (expects_key()) {
    if (!plain && tag != "!" && standard_type(tag).empty())
      refuse(mark, errc::invalid_input, "a tag that is not supported: " + tag);
    if (anchor != 0)
      anchors_[anchor] = {value{text}.at_line(line_of(mark))};
    add_key(mark, text, plain && text == "<<");
    return;
  }
  const auto type = standard_type(tag);
  if (!plain && tag != "!" && !is_one_of(type, {"str", "int", "float", "bool", "null"}))
    refuse(mark, errc::invalid_input, "a tag that is not supported: " + tag);
  auto v = plain ? resolve_plain(text) : resolve_tagged(type.empty() ? "str" : type, text);
  if (!v)
    refuse(mark, v.error().code, v.error().what);
  add_scalar(mark, std::move(*v), anchor);
}

void tree_builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto it = anchors_.find(anchor);
  if (it == anchors_.end() || !it->second.what)
    refuse(mark, errc::invalid_input, "an alias of something that is not complete yet");
  if (expects_key()) {
    const auto* text = it->second.what->as_text();
    if (text == nullptr)
      refuse(mark, errc::invalid_input, "a key that is not text");
    add_key(mark, *text, false);
    return;
  }
  count(mark, it->second.nodes);
  check_depth(mark, it->second.depth);
  attach(mark, *it->second.what);
}

void tree_builder::OnSequenceStart(const YAML::Mark& mark,
  const std::string& tag,
  YAML::anchor_t anchor,
  YAML::EmitterStyle::value) {
  if (!is_one_of(tag, {"?", "!"}) && standard_type(tag) != "seq")
    refuse(mark, errc::invalid_input, "a tag that is not supported: " + tag);
  open(false, mark, anchor);
}

void tree_builder::OnMapStart(const YAML::Mark& mark,
  const std::string& tag,
  YAML::anchor_t anchor,
  YAML::EmitterStyle::value style) {
  if (!is_one_of(tag, {"?", "!"}) && standard_type(tag) != "map")
    refuse(mark, errc::invalid_input, "a tag that is not supported: " + tag);
  open(true, mark, anchor).is_block = style == YAML::EmitterStyle::Block;
}

void tree_builder::OnSequenceEnd() {
  close();
}

void tree_builder::OnMapEnd() {
  merge_into(open_.back());
  close();
}

void tree_builder::check_depth(const YAML::Mark& at, std::size_t more) const {
  if (open_.size() + more > bound_.max_depth)
    refuse(
      at, errc::exhausted, "nested deeper than " + std::to_string(bound_.max_depth) + " levels");
}

tree_builder::container& tree_builder::open(
  bool is_map, const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (expects_key())
    refuse(mark, errc::invalid_input, "a key that is not text");
  check_depth(mark, 1);
  count(mark, 1);
  if (anchor != 0)
    anchors_[anchor] = {};
  auto& begun = open_.emplace_back();
  begun.is_map = is_map;
  begun.at = mark;
  begun.anchor = anchor;
  return begun;
}

void tree_builder::close() {
  auto done = std::move(open_.back());
  open_.pop_back();
  value v = done.is_map ? value{std::move(done.members)} : value{std::move(done.items)};
  v.at_line(line_of(done.at));
  if (done.anchor != 0) {
    // The copy costs as much as an alias, also when nobody names it.
    const auto [nodes, depth] = extent_of(v);
    count(done.at, nodes);
    anchors_[done.anchor] = {v, nodes, depth};
  }
  attach(done.at, std::move(v));
}

void tree_builder::add_scalar(const YAML::Mark& mark, value v, YAML::anchor_t anchor) {
  count(mark, 1);
  v.at_line(line_of(mark));
  if (anchor != 0)
    anchors_[anchor] = {v};
  attach(mark, std::move(v));
}

bool tree_builder::expects_key() const {
  return !open_.empty() && open_.back().is_map && !open_.back().key;
}

void tree_builder::add_key(const YAML::Mark& mark, const std::string& text, bool merges) {
  auto& map = open_.back();
  const auto [it, is_new] = map.keys.try_emplace(text, line_of(mark));
  if (!is_new)
    refuse(mark,
      errc::invalid_input,
      "the key " + text + " stands twice; first on line " + std::to_string(it->second));
  map.key = pending_key{text, mark, merges};
}

/// yaml-cpp takes a last line without a colon for a key without a value, so that a file cut off
/// within a key would pass.
void tree_builder::check_colon(const pending_key& key) const {
  const auto start = line_starts_[std::min(
    static_cast<std::size_t>(std::max(key.at.line, 0)), line_starts_.size() - 1)];
  auto line = text_.substr(start, text_.find('\n', start) - start);
  const auto column = std::min(static_cast<std::size_t>(std::max(key.at.column, 0)), line.size());
  const bool explicit_key = line.substr(0, column).find('?') != std::string_view::npos;
  line.remove_prefix(column);
  const bool quoted = line.starts_with('"') || line.starts_with('\'');
  line.remove_prefix(std::min(line.size(), quoted ? 1 : key.text.size()));
  if (!explicit_key && line.find(':') == std::string_view::npos)
    refuse(key.at, errc::invalid_input, "a key without a colon");
}

void tree_builder::attach(const YAML::Mark& mark, value v) {
  if (open_.empty()) {
    root_ = std::move(v);
    return;
  }
  auto& parent = open_.back();
  if (!parent.is_map) {
    parent.items.push_back(std::move(v));
    return;
  }
  auto key = *std::exchange(parent.key, std::nullopt);
  if (key.merges)
    parent.merged = merge{parent.members.size(), std::move(v), mark};
  else
    parent.members.push_back({std::move(key.text), std::move(v)});
}

void tree_builder::merge_into(container& map) {
  if (!map.merged)
    return;
  const auto& named = *map.merged;
  const auto sources = sources_of(named.from);
  if (sources.empty() && !(named.from.as_list() != nullptr && named.from.as_list()->empty()))
    refuse(named.at, errc::invalid_input, "<< names neither a map nor a list of maps");
  value::map_type added;
  for (const auto* source : sources)
    for (const auto& member : *source)
      if (map.keys.try_emplace(member.key, 0).second)
        added.push_back(member);
  const auto at = map.members.begin() + static_cast<std::ptrdiff_t>(named.before);
  map.members.insert(
    at, std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

} // namespace copal::yaml
