package main

import "github.com/spf13/cobra"

func (a *app) listCommand() *cobra.Command    { return &cobra.Command{Use: "list"} }
func (a *app) explainCommand() *cobra.Command { return &cobra.Command{Use: "explain"} }
func (a *app) docCommand() *cobra.Command     { return &cobra.Command{Use: "doc"} }
