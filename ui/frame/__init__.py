"""What every page stands in: navigation, toolbar, sections, language, links."""
