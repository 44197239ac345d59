#pragma once

#include "adapters/yaml/yaml.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

namespace copal::yaml {

/// Thrown through yaml-cpp, which has no other way to stop; caught where it was called.
struct refusal {
  YAML::Mark at;
  error why;
};

/// Builds the tree from yaml-cpp's events. The library's own tree would cost more, hide keys that
/// stand twice and expand aliases without a bound.
class tree_builder final : public YAML::EventHandler {
public:
  /// The text is the one that yaml-cpp reads, without a byte order mark.
  tree_builder(std::string_view text, const limits& bound);

  value take() { return std::move(root_); }

  // The names and signatures are yaml-cpp's.
  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark,
    const std::string& tag,
    YAML::anchor_t anchor,
    const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark,
    const std::string& tag,
    YAML::anchor_t anchor,
    YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark,
    const std::string& tag,
    YAML::anchor_t anchor,
    YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

private:
  /// A key that was read and waits for its value.
  struct pending_key {
    std::string text;
    YAML::Mark at;
    bool merges = false; ///< It is `<<`.
  };
  /// What `<<` names, and where among the members it stood.
  struct merge {
    std::size_t before = 0;
    value from;
    YAML::Mark at;
  };
  struct container {
    bool is_map = false;
    bool is_block = false; ///< Written without braces.
    YAML::Mark at;
    YAML::anchor_t anchor = 0;
    std::optional<pending_key> key;
    value::list_type items;
    value::map_type members;
    std::unordered_map<std::string, int> keys; ///< Of a map, with the line of each.
    std::optional<merge> merged;
  };
  /// What an anchor stands for; absent while its container is open.
  struct anchored {
    std::optional<value> what;
    std::size_t nodes = 1;
    std::size_t depth = 0; ///< Of containers.
  };

  [[noreturn]] static void refuse(const YAML::Mark& at, errc code, std::string what);
  void count(const YAML::Mark& at, std::size_t nodes);
  void check_depth(const YAML::Mark& at, std::size_t more) const;
  container& open(bool is_map, const YAML::Mark& mark, YAML::anchor_t anchor);
  void close();
  void add_scalar(const YAML::Mark& mark, value v, YAML::anchor_t anchor);
  void attach(const YAML::Mark& mark, value v);
  [[nodiscard]] bool expects_key() const;
  void add_key(const YAML::Mark& mark, const std::string& text, bool merges);
  void check_colon(const pending_key& key) const;
  static void merge_into(container& map);

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  const limits& bound_;
  bool began_ = false;
  std::size_t nodes_ = 0;
  std::vector<container> open_;
  std::map<YAML::anchor_t, anchored> anchors_;
  value root_;
};

} // namespace copal::yaml
